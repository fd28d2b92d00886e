"""Add what sending refunds to a payment provider needs."""

from polaris.store.migrations import execute_sql

revision = "0012_refunds"
down_revision = "0011_webhooks"


def upgrade() -> None:
    execute_sql(__file__)
