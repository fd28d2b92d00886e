"""Add the views of the list of invoices that operators save."""

from polaris.store.migrations import execute_sql

revision = "0011_saved_views"
down_revision = "0007_available_from"


def upgrade() -> None:
    execute_sql(__file__)
