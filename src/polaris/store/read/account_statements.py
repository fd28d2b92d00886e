"""The statement of one account: its postings in order, with the balance after each."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

import msgspec

from polaris.store.read.keyset import KeysetList, KeysetPage, Window, keyset_page
from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks, statement

BLOCKS = blocks("read/journal.sql")


class StatementSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Which postings of an account to list, in one currency."""

    account: str
    currency: str
    first_day: date = date.min
    last_day: date = date.max


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

    page: KeysetPage[StatementLine]
    sums: list[StatementSums]


def account_statement(
    connection: Connection, tenant_id: str, wanted: StatementSearch, window: Window
) -> AccountStatement:
    """Return one page of lines, the oldest first if the window is ascending."""
    values = msgspec.structs.asdict(wanted) | {"t": tenant_id}
    listed = KeysetList(BLOCKS["account_page"], BLOCKS["journal_by_day"], part="p.position")
    statement(BLOCKS["plan_for_values"]).run(connection, {})
    page = keyset_page(connection, listed, values, window)
    entry_id, position, day = page.rows[0][:3] if page.rows else (None, None, None)
    first = {"first_of_page_day": day, "first_of_page_id": entry_id, "first_of_page_part": position}
    summed = tuples_found(connection, BLOCKS["account_sums"], values | first)
    sums = [StatementSums(*row) for row in summed]
    lines = list(_with_balances(page.rows, _forward(sums, wanted.currency)))
    return AccountStatement(KeysetPage(lines, page.before, page.after), sums)


def _forward(sums: Iterable[StatementSums], currency: str) -> int:
    return next((row.forward_minor for row in sums if row.currency == currency), 0)


def _with_balances(rows: Iterable[tuple[Any, ...]], balance_minor: int) -> Iterator[StatementLine]:
    """Yield the rows as lines, each with the balance after it."""
    for row in rows:
        balance_minor += row[6]
        *columns, _ = row  # the last one is the key of the order
        yield StatementLine._make((*columns, balance_minor))
