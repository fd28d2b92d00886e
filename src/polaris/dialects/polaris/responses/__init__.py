"""Facts and outcomes as the JSON of the admin API."""
