"""Add the catalogue, webhook endpoints, signing keys, and a version for tenants."""

from polaris.store.migrations import execute_sql

revision = "0002_catalogue"
down_revision = "0001_books"


def upgrade() -> None:
    execute_sql(__file__)
