"""The store: the embedded server, migrations, queries, and the one file that writes."""
