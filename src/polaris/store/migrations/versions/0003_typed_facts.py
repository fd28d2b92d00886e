"""Move addresses, names, numbers and metadata into columns; put details under their dialect."""

from polaris.store.migrations import execute_sql

revision = "0003_typed_facts"
down_revision = "0002_catalogue"


def upgrade() -> None:
    execute_sql(__file__)
