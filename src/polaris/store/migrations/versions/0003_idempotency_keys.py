"""Idempotency keys of HTTP callers, with the answers given under them."""

from polaris.store.migrations import execute_sql

revision = "0003_idempotency_keys"
down_revision = "0002_catalogue"


def upgrade() -> None:
    execute_sql(__file__)
