"""Facts in the JSON of HighLevel."""
