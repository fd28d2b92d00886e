"""Add the mark of overdue invoices, and the indexes with which periodic jobs find their work."""

from polaris.store.migrations import execute_sql

revision = "0013_periodic_work"
down_revision = "0012_refunds"


def upgrade() -> None:
    execute_sql(__file__)
