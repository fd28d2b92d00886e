"""The books, as they were first kept."""

from polaris.store.migrations import execute_sql

revision = "0001_books"
down_revision = None


def upgrade() -> None:
    execute_sql(__file__)
