"""Add the day from which the balance of a payment, note, lot or refund can be used."""

from polaris.store.migrations import execute_sql

revision = "0007_available_from"
down_revision = "0006_document_numbers"


def upgrade() -> None:
    execute_sql(__file__)
