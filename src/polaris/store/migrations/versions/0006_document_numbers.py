"""Add the register of the numbers of documents, and of the numbers that series skipped."""

from polaris.store.migrations import execute_sql

revision = "0006_document_numbers"
down_revision = "0005_parties"


def upgrade() -> None:
    execute_sql(__file__)
