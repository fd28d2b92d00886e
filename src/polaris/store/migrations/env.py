"""Alembic's entry point. `polaris.store.server.migrate` provides the connection, in a transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
