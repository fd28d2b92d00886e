"""Add the idempotency keys of HTTP callers, with their answers."""

from polaris.store.migrations import execute_sql

revision = "0004_idempotency_keys"
down_revision = "0003_typed_facts"


def upgrade() -> None:
    execute_sql(__file__)
