"""Keyset pages: a page continues from a row of the page before it, so no page costs more to find.

A list is SQL whose last `where` has its conditions. Each filter is a select of its own; the text
after its first `where` is added to them. An order is a select of three values: the key, the
key of the row to continue from, and the id of the row.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from polaris.store.read.rows import Connection
from polaris.store.sql import Statement, statement

R = TypeVar("R")
LONGEST_PAGE = 1000


class From(NamedTuple):
    """A row from which a page continues: its value in the order, and its id.

    `part` is the position inside the row, in a list that shows the parts of rows.
    """

    key: str
    id: str
    part: int = 0


class Window(NamedTuple):
    """The part of a list to read: at most `limit` rows after a row, or before a row."""

    ascending: bool = False
    after: From | None = None  # the last row of the page before
    before: From | None = None  # the first row of the page after
    limit: int = 50


class KeysetPage(NamedTuple, Generic[R]):
    """One page of rows, and where the pages before and after it continue from."""

    rows: list[R]
    before: From | None  # None on the first page
    after: From | None  # None on the last page


class KeysetList(NamedTuple):
    """The SQL of a list: what is found, in which order, under which conditions.

    The first value of each row is its id. The last one is its key, named `order_key`. If `part`
    names a column, the list shows parts of rows, and the second value is the position of the part.
    """

    found: str
    order: str
    conditions: tuple[str, ...] = ()
    part: str | None = None


def keyset_page(
    connection: Connection, wanted: KeysetList, values: dict[str, Any], window: Window
) -> KeysetPage[Any]:
    """Return one page of the list, as tuples. Rows with the same key are in the order of ids."""
    backwards = window.before is not None
    start = window.before or window.after
    limit = min(window.limit, LONGEST_PAGE)
    made = _statement(wanted, window.ascending is backwards, start is not None)
    beside = {
        "limit": limit + 1,  # one more, to see whether there is another page
        "from_key": start.key if start else None,
        "from_id": start.id if start else None,
        "from_part": start.part if start else None,
    }
    rows = list(made.run(connection, {**values, **beside}))
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows.reverse()
    earlier, later = (more, True) if backwards else (start is not None, more)
    return KeysetPage(
        rows,
        _row_from(wanted, rows[0]) if rows and earlier else None,
        _row_from(wanted, rows[-1]) if rows and later else None,
    )


def rows_of(page: KeysetPage[Any], rows: Iterable[R]) -> KeysetPage[R]:
    """Return the page with other rows of the same ids, in its order. Their first value is the id.

    So a list finds the ids of a page first, and reads what the page shows only for these.
    """
    by_id = {row[0]: row for row in rows}  # type: ignore[index]  # every row is a tuple
    return KeysetPage([by_id[found[0]] for found in page.rows], page.before, page.after)


def ids_of(page: KeysetPage[Any]) -> list[str]:
    """Return the ids of the rows of a page."""
    return [row[0] for row in page.rows]


def with_conditions(sql: str, conditions: Iterable[str]) -> str:
    """Return the SQL with the conditions of these selects added to its last `where`."""
    head, where, tail = sql.rpartition("where ")
    added = "".join(f"({one.partition('where ')[2]}) and " for one in conditions)
    return f"{head}{where}{added}{tail}"


def _row_from(wanted: KeysetList, row: tuple[Any, ...]) -> From:
    return From(row[-1], row[0], row[1] if wanted.part else 0)


@cache
def _statement(wanted: KeysetList, descending: bool, continued: bool) -> Statement:
    """Return the statement of a page: from a row if it is `continued`, else from the start."""
    key, from_key, row_id = _order(wanted.order)
    sign, direction = ("<", "desc") if descending else (">", "asc")
    found = with_conditions(wanted.found.replace("order_key", key), wanted.conditions)
    columns, start = [key, row_id], [from_key, "%(from_id)s::uuid"]
    if wanted.part:
        columns, start = [*columns, wanted.part], [*start, "%(from_part)s::int"]
    from_row = f" and ({', '.join(columns)}) {sign} ({', '.join(start)})" if continued else ""
    order = ", ".join(f"{column} {direction}" for column in columns)
    return statement(f"{found}{from_row}\n order by {order} limit %(limit)s")


def _order(select: str) -> tuple[str, str, str]:
    values = select.removeprefix("select ").partition(" from ")[0]
    rest, _, row_id = values.rpartition(", ")
    key, _, from_key = rest.rpartition(", ")
    return key.strip(), from_key.strip(), row_id.strip()
