"""The statements about operators, their sessions and their sign-ins, run by name."""

from typing import Any

import psycopg

from polaris.store.sql import blocks, statement

Connection = psycopg.Connection[Any]

_STATEMENTS = {
    name: statement(text)
    for name, text in (blocks("operators.sql") | blocks("read/operators.sql")).items()
}


def run(connection: Connection, block: str, **values: object) -> psycopg.RawCursor[Any]:
    """Execute the named block with its values. The caller commits. Raises psycopg.Error."""
    return _STATEMENTS[block].run(connection, values)


def changes(connection: Connection, block: str, **values: object) -> int:
    """Execute the named block, and return how many rows it changed."""
    return run(connection, block, **values).rowcount
