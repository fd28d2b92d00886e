"""The engine for an event loop: it batches writes and reads, and records metrics."""
