"""Add the tasks, and open one for each earlier event that a person must look at."""

from polaris.store.migrations import execute_sql

revision = "0008_tasks"
down_revision = "0007_available_from"


def upgrade() -> None:
    execute_sql(__file__)
