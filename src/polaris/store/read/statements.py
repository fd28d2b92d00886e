"""The statement of a customer's account, taken from the ledger."""

from collections.abc import Iterator
from datetime import date
from itertools import accumulate
from typing import NamedTuple

from polaris.core.ledger import chart
from polaris.core.ledger.posting import EntryKind
from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/statements.sql")

ACCOUNTS = (chart.RECEIVABLE, chart.NOTES, chart.UNAPPLIED, chart.REFUNDS)
"""A debit of these raises what the customer owes, and a credit lowers it. Prepaid wallet credits
are not among them, because they are no money that a customer can get back."""


class Change(NamedTuple):
    """An entry of the ledger that changed what a customer owes."""

    day: date
    kind: EntryKind
    reversal: bool
    currency: str
    amount_minor: int  # positive: the customer owes more
    invoice_id: str | None
    invoice_number: str | None
    note_id: str | None
    note_number: str | None
    payment: str | None  # its reference, or else its method


class Account(NamedTuple):
    """What a customer owes in one currency: before, after each change, and after all of them.

    A negative balance is the customer's credit. Amounts are minor units.
    """

    currency: str
    opening_minor: int
    changes: list[Change]

    @property
    def closing_minor(self) -> int:
        """The balance after the last change."""
        return self.opening_minor + sum(change.amount_minor for change in self.changes)

    def lines(self) -> Iterator[tuple[Change, int]]:
        """Yield each change with the balance after it."""
        amounts = (change.amount_minor for change in self.changes)
        balances = accumulate(amounts, initial=self.opening_minor)
        next(balances)
        return zip(self.changes, balances, strict=True)


def statement_of(
    connection: Connection,
    tenant_id: str,
    customer_id: str,
    since: date | None = None,
    until: date | None = None,
) -> list[Account]:
    """Return the statement of a customer, one account for each currency.

    It has the changes from the day `since` through the day `until`, by accounting date.
    """
    values = {
        "t": tenant_id,
        "customer_id": customer_id,
        "accounts": list(ACCOUNTS),
        "since": since,
        "until": until,
    }
    opening: dict[str, int] = {}
    if since is not None:
        opening = dict(tuples_found(connection, BLOCKS["statement_opening"], values))
    rows = tuples_found(connection, BLOCKS["statement_changes"], values)
    changes = [Change(day, EntryKind(kind), *row) for day, kind, *row in rows]
    currencies = sorted(opening.keys() | {change.currency for change in changes})
    return [
        Account(
            currency,
            opening.get(currency, 0),
            [change for change in changes if change.currency == currency],
        )
        for currency in currencies
    ]
