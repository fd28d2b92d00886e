"""Add the webhooks: messages, deliveries, attempts and keys; and the queue of background jobs."""

from polaris.store.migrations import execute_sql, make_queue

revision = "0011_webhooks"
down_revision = "0010_saved_views"


def upgrade() -> None:
    execute_sql(__file__)
    make_queue()
