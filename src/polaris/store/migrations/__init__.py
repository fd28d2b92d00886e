"""The migrations of the schema: each revision is a SQL file with a small module that names it."""

from pathlib import Path
from typing import cast

import psycopg
from alembic import op
from procrastinate.schema import SchemaManager


def execute_sql(revision: str) -> None:
    """Run the SQL file beside a revision's module; `revision` is that module's `__file__`."""
    _execute(Path(revision).with_suffix(".sql").read_bytes())


def make_queue() -> None:
    """Create the tables of the queue of background jobs anew, as its library declares them.

    The queue keeps nothing that the next periodic job does not find again, so a later version of
    the library gets a new queue.
    """
    _execute(b"drop schema if exists jobs cascade; create schema jobs; set search_path to jobs")
    _execute(SchemaManager.get_schema().encode())
    _execute(b"reset search_path")


def _execute(sql: bytes) -> None:
    # On the driver's own connection, because SQLAlchemy refuses several statements at once.
    driver = cast(psycopg.Connection, op.get_bind().connection.driver_connection)
    driver.execute(sql)
