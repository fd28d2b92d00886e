"""The statements about webhooks, their deliveries and the keys of endpoints, run by name."""

from collections.abc import Iterable
from typing import Any

import msgspec
import psycopg

from polaris.store.sql import blocks, statement

Connection = psycopg.Connection[Any]

_STATEMENTS = {name: statement(text) for name, text in blocks("webhooks.sql").items()}


def run(connection: Connection, block: str, **values: object) -> psycopg.RawCursor[Any]:
    """Execute the named block with its values. The caller commits. Raises psycopg.Error."""
    return _STATEMENTS[block].run(connection, values)


def as_json(rows: Iterable[Any]) -> str:
    """Return named tuples as the JSON of a block's rows."""
    return msgspec.json.encode([row._asdict() for row in rows]).decode()
