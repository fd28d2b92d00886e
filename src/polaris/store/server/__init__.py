"""PostgreSQL itself: the embedded server, its data directory, connections, migrations."""
