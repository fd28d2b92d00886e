"""Named blocks of SQL, read from a file, and the statements made from them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import TupleRow

_NAME = re.compile(r"^-- ([a-z0-9_]+) --$", re.MULTILINE)
_COMMENT = re.compile(r"^--.*\n", re.MULTILINE)
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


class Statement(NamedTuple):
    """SQL with numbered placeholders, and the names of their values in the same order."""

    text: bytes
    names: tuple[str, ...]

    def run(
        self, connection: psycopg.Connection[Any], values: Mapping[str, object]
    ) -> psycopg.RawCursor[TupleRow]:
        """Execute the statement with its values. It is prepared once per connection."""
        cursor = psycopg.RawCursor(connection)
        return cursor.execute(self.text, [values[name] for name in self.names])


def blocks(file: str) -> dict[str, str]:
    """Return the SQL blocks of a file by their names. A relative path starts in the store's folder.

    A line `-- name --` above each block gives its name.
    """
    _, *pieces = _NAME.split((Path(__file__).parent / file).read_text())
    named = zip(pieces[::2], pieces[1::2], strict=True)
    return {name: _COMMENT.sub("", text).strip() for name, text in named}


QUERIES = blocks("engine/queries.sql")


def statement(sql: str) -> Statement:
    """Make a statement from SQL with named placeholders."""
    # Numbered once here, because the driver would search this long text at every execution.
    names: dict[str, int] = {}
    text = _PLACEHOLDER.sub(lambda found: f"${names.setdefault(found[1], len(names) + 1)}", sql)
    return Statement(text.encode(), tuple(names))
