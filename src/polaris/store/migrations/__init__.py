"""The migrations of the schema: each revision is a SQL file with a small module that names it."""

from pathlib import Path
from typing import cast

import psycopg
from alembic import op


def execute_sql(revision: str) -> None:
    """Run the SQL file beside a revision's module; `revision` is that module's `__file__`."""
    # On the driver's own connection, because SQLAlchemy refuses several statements at once.
    driver = cast(psycopg.Connection, op.get_bind().connection.driver_connection)
    driver.execute(Path(revision).with_suffix(".sql").read_bytes())
