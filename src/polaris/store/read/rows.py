"""Run a block of SQL and return the rows that it finds, as tuples or as facts, without locks."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec
import psycopg

from polaris.core.facts.row import Row
from polaris.store.sql import QUERIES, statement

Connection = psycopg.Connection[Any]
R = TypeVar("R", bound=Row)


def rows_found(
    connection: Connection, kind: type[R], select: str, values: Mapping[str, object]
) -> list[R]:
    """Return the rows of a table whose ids the select finds, as facts."""
    part = QUERIES[f"part_{kind.table}"].replace("%(ids)s", f"array({select})")
    ((found,),) = statement(f"select {part}").run(connection, values)
    rows = list[kind]  # type: ignore[valid-type]  # a type known by value
    return msgspec.json.decode(found or "[]", type=rows)


def tuples_found(
    connection: Connection, select: str, values: Mapping[str, object]
) -> Iterable[Any]:
    """Return the rows that the select finds, as tuples."""
    return statement(select).run(connection, values)
