"""Keep the parties of issued documents with them.

Documents that were issued before this migration get the tenant and the customer as they stand when
it runs: what these were on the day of issue is not stored anywhere.
"""

from polaris.store.migrations import execute_sql

revision = "0005_parties"
down_revision = "0004_idempotency_keys"


def upgrade() -> None:
    execute_sql(__file__)
