"""Add the webhooks: messages, deliveries, attempts, and the keys of endpoints."""

from polaris.store.migrations import execute_sql

revision = "0011_webhooks"
down_revision = "0010_saved_views"


def upgrade() -> None:
    execute_sql(__file__)
