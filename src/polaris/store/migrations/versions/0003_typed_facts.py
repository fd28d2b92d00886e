"""Addresses, names, numbers and metadata become columns; what one dialect knows gets its name."""

from polaris.store.migrations import execute_sql

revision = "0003_typed_facts"
down_revision = "0002_catalogue"


def upgrade() -> None:
    execute_sql(__file__)
