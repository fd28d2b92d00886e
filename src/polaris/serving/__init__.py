"""The engine for an event loop: writes and reads in batches, and metrics."""
