"""The first tables of the books."""

from polaris.store.migrations import execute_sql

revision = "0001_books"
down_revision = None


def upgrade() -> None:
    execute_sql(__file__)
