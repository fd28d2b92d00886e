"""The statement of one account: its postings in order, with the balance after each."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import msgspec

from polaris.store.read.conditions import narrowed
from polaris.store.read.rows import Connection
from polaris.store.sql import Statement, blocks, statement

BLOCKS = blocks("read/journal.sql")


class PostingPlace(NamedTuple):
    """A posting from which a page continues."""

    day: date
    entry_id: str
    position: int


class StatementSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Which postings of an account to list, in one currency."""

    account: str
    currency: str
    first_day: date = date.min
    last_day: date = date.max
    after: PostingPlace | None = None  # the last posting of the page before
    before: PostingPlace | None = None  # the first posting of the page after


class StatementLine(NamedTuple):
    """A posting on the account. Amounts are minor units; the credit side is negative."""

    entry_id: str
    position: int
    day: date
    kind: str
    is_reversal: bool
    other_account: str
    amount_minor: int
    customer_id: str
    customer_name: str
    customer_external_id: str
    invoice_id: str | None
    invoice_number: str | None
    balance_minor: int  # after this posting: debits less credits


class StatementSums(NamedTuple):
    """The sums of an account in one currency. Balances are debits less credits."""

    currency: str
    opening_minor: int  # before the first day
    debit_minor: int  # in the period
    credit_minor: int
    forward_minor: int  # before the first line of the page

    @property
    def closing_minor(self) -> int:
        """The balance at the end of the last day."""
        return self.opening_minor + self.debit_minor - self.credit_minor


class AccountStatement(NamedTuple):
    """One page of a statement. `sums` has every currency of the account."""

    lines: list[StatementLine]
    sums: list[StatementSums]
    before: PostingPlace | None  # None on the first page
    after: PostingPlace | None  # None on the last page


def account_statement(
    connection: Connection, tenant_id: str, wanted: StatementSearch, limit: int = 100
) -> AccountStatement:
    """Return one page of at most `limit` lines, the oldest first."""
    backwards = wanted.before is not None
    start = wanted.before or wanted.after
    values = msgspec.structs.asdict(wanted) | {"t": tenant_id, "limit": limit + 1}
    statement(BLOCKS["plan_for_values"]).run(connection, {})
    way = None if start is None else "account_before" if backwards else "account_after"
    rows = list(_page(way).run(connection, values | _place_values(start)))
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows.reverse()
    first = PostingPlace(rows[0][2], rows[0][0], rows[0][1]) if rows else None
    last = PostingPlace(rows[-1][2], rows[-1][0], rows[-1][1]) if rows else None
    summed = statement(BLOCKS["account_sums"]).run(connection, values | _place_values(first))
    sums = [StatementSums(*row) for row in summed]
    earlier, later = (more, True) if backwards else (start is not None, more)
    return AccountStatement(
        list(_with_balances(rows, _forward(sums, wanted.currency))),
        sums,
        first if earlier else None,
        last if later else None,
    )


def _place_values(place: PostingPlace | None) -> dict[str, object]:
    day, entry_id, position = place or (None, None, None)
    return {"place_day": day, "place_id": entry_id, "place_position": position}


def _forward(sums: Iterable[StatementSums], currency: str) -> int:
    return next((row.forward_minor for row in sums if row.currency == currency), 0)


def _with_balances(rows: Iterable[tuple[Any, ...]], balance_minor: int) -> Iterator[StatementLine]:
    """Yield the rows as lines, each with the balance after it."""
    for row in rows:
        balance_minor += row[6]
        yield StatementLine._make((*row, balance_minor))


@cache
def _page(way: str | None) -> Statement:
    page = BLOCKS["account_page"]
    if way == "account_before":
        page = page.replace(" asc", " desc")
    return statement(narrowed(page, BLOCKS, [way] if way else []))
