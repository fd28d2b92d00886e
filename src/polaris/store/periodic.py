"""The statements with which periodic jobs find their work and delete old rows, run by name."""

from typing import Any

import psycopg

from polaris.store.sql import blocks, statement

Connection = psycopg.Connection[Any]

_STATEMENTS = {name: statement(text) for name, text in blocks("periodic.sql").items()}


def run(connection: Connection, block: str, **values: object) -> psycopg.RawCursor[Any]:
    """Execute the named block with its values. The caller commits. Raises psycopg.Error."""
    return _STATEMENTS[block].run(connection, values)
