"""Lago's routes and request bodies, one module for each resource."""
