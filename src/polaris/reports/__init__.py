"""Proofs of the books, computed from their rows."""
