"""Alembic's entry point. `polaris.store.server.migrate` provides the connection."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
