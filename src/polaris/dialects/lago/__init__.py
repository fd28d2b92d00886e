"""Lago: `/api/v1`, as its official clients know it."""
