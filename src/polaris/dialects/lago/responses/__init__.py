"""Facts in Lago's JSON, one module for each resource."""
