"""Amounts that are computed from facts, and the functions that change them."""
