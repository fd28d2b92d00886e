"""Polaris's own dialect, `/api/admin`: every command of the engine as JSON."""
