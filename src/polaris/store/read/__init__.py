"""Queries that only read: lists and single rows."""
