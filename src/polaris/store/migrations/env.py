"""Alembic's entrance: `polaris.store.migrate` brings the connection, and the transaction on it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
