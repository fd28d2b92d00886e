"""The store: the embedded server, the migrations, the queries, and the module that writes."""
