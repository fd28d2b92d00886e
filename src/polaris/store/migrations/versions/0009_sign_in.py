"""Add the sessions, one-time links, second factors and failed sign-ins of operators."""

from polaris.store.migrations import execute_sql

revision = "0009_sign_in"
down_revision = "0008_tasks"


def upgrade() -> None:
    execute_sql(__file__)
