"""PostgreSQL: the embedded server, its data directory, connections and migrations."""
