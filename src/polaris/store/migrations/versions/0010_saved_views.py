"""Add the views of the list of invoices that operators save."""

from polaris.store.migrations import execute_sql

revision = "0010_saved_views"
down_revision = "0009_sign_in"


def upgrade() -> None:
    execute_sql(__file__)
