"""A catalogue to bill from, endpoints to tell, keys to sign with; tenants change under control."""

from polaris.store.migrations import execute_sql

revision = "0002_catalogue"
down_revision = "0001_books"


def upgrade() -> None:
    execute_sql(__file__)
