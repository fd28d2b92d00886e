"""Lists and single records, for whoever only reads."""
