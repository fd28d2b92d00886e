"""Idempotency keys of HTTP callers, with the answers given under them."""

from polaris.store.migrations import execute_sql

revision = "0004_idempotency_keys"
down_revision = "0003_typed_facts"


def upgrade() -> None:
    execute_sql(__file__)
