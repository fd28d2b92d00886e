"""Lago's paths and bodies, one module for each of its resources."""
