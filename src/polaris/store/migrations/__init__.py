"""How the schema came to be: revisions, each a step in SQL with a few lines that name it."""

from pathlib import Path
from typing import cast

import psycopg
from alembic import op


def execute_sql(revision: str) -> None:
    """Run the SQL file that lies beside a revision; `revision` is that module's `__file__`."""
    # On the driver's own connection: SQLAlchemy refuses several statements at once.
    driver = cast(psycopg.Connection, op.get_bind().connection.driver_connection)
    driver.execute(Path(revision).with_suffix(".sql").read_bytes())
