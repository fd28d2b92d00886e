"""Proofs over the whole ledger of a tenant, its trial balance, and its gaps."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import msgspec
import psycopg
from psycopg.raw_cursor import RawServerCursor

from polaris.core.facts.task import OPENED_BY
from polaris.core.ledger import chart
from polaris.store.sql import Statement, blocks, statement

Connection = psycopg.Connection[Any]

Progress = Callable[[int, int, str], None]
"""Called with the steps done, all steps, and a text about the next step (empty at the end)."""

BLOCKS = (
    blocks("proofs.sql")
    | blocks("proofs_given.sql")
    | blocks("numbers.sql")
    | blocks("day_proofs.sql")
    | blocks("task_proofs.sql")
)
MOST_NAMED = 20
"""How many violations of a proof are named."""

PROOFS = {
    "receivable": "The booked receivable of each invoice equals its outstanding amount.",
    "outstanding": "The outstanding amount is the total less all settlements; zero after a void.",
    "paid": "The paid amount of an invoice equals the payments that settle it.",
    "finalized": "A finalized invoice was booked once, for its total.",
    "voided": "A voided invoice leaves only money, and credit and refunds owed to the customer.",
    "credited_whole": "An invoice that is credited whole leaves no revenue, no tax and no tips.",
    "notes": "The liability for credit notes equals their balances plus the credit held.",
    "wallets": "The liability for wallets equals the purchased credits left plus those held.",
    "unapplied": "The unapplied money equals the unused money of payments plus the held money.",
    "refunds": "Refunds are owed until they are settled or converted.",
    "liabilities": "No liability is below zero.",
    "money": "The money equals the receipts less reversals, fees and refunds paid out.",
    "cash": "The refunds of an invoice are at most what was paid on it, sold credits excepted.",
    "payments": "The refunded and the unused parts of a payment are at most its amount.",
    "losses": "Credit given beyond the money received, and bad debt, are never below zero.",
    "granted": "A voided invoice granted what its notes and unbacked refunds gave for nothing.",
    "given_back": "What goes back for an invoice is at most what came in, and what was granted.",
    "granted_to_customer": "Nothing is granted to a customer but for voided invoices.",
    "given_to_customer": "What a customer has back and bought is at most what came, or was given.",
    "receivable_by_day": "No receivable of an invoice is below zero at the end of any day.",
    "liabilities_by_day": "No liability is below zero at the end of any day.",
    "lots_by_day": "No purchased credits are spent before the day on which they were added.",
    "dated": "No entry is dated before what it reverses, settles or pays out.",
    "mirrored": "A reversal is the exact opposite of the entry that it reverses.",
    "reversed_once": "An entry is reversed at most once, and a reversal is never reversed.",
    "tasks": "Each event that a person must look at has one task, open only while it matters.",
    "numbers": "Every number of a series was used or skipped once, and every number is registered.",
}
"""Each proof: the name of its SQL block, and the statement that it proves."""

OWED = [chart.NOTES, chart.WALLETS, chart.UNAPPLIED, chart.REFUNDS]
"""The liability accounts that are proved for each customer."""

LIABILITIES = [name for name, (kind, _) in chart.CHART.items() if kind == "liability"]

LISTS = {"owed": OWED, "liabilities": LIABILITIES, "opening": [str(kind) for kind in OPENED_BY]}
"""The lists that the proofs need, by name."""


class Violation(NamedTuple):
    """A subject for which a proof fails. Amounts are minor units, or counts without a currency."""

    currency: str | None
    subject: str
    expected: int
    found: int


class Proof(NamedTuple):
    """One statement about the books, and whether it is true."""

    name: str
    sentence: str
    looked_at: int  # how many invoices, customers or accounts were checked
    wrong: int
    violations: list[Violation]  # at most the first MOST_NAMED

    @property
    def ok(self) -> bool:
        """True if the proof has no violation."""
        return not self.wrong


class LedgerReport(NamedTuple):
    """The results of all proofs."""

    proofs: list[Proof]

    @property
    def ok(self) -> bool:
        """True if no proof has a violation."""
        return all(proof.ok for proof in self.proofs)


class Balance(NamedTuple):
    """The debits and credits of an account in one currency, in minor units."""

    account: str
    currency: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Debits less credits."""
        return self.debit_minor - self.credit_minor


class Gap(NamedTuple):
    """A number of a series without a live document of it.

    `why` is missing, hidden, voided, or taken: another document had the number before, and it was
    skipped. `subject_id` is the document that has the number.
    """

    series: str
    counted: int | None  # the position in the series; None if the format does not show it
    number: str | None  # as printed; None if it is missing
    why: str
    subject_id: str | None


def no_progress(_done: int, _total: int, _what: str) -> None:
    """Report no progress."""


def verify(
    connection: Connection, tenant_id: str, progress: Progress = no_progress
) -> LedgerReport:
    """Prove the books of a tenant. The memory used does not grow with the books.

    Each proof is one statement, so it sees a consistent state even while the books are written.
    """
    proofs = []
    for done, name in enumerate(PROOFS):
        progress(done, len(PROOFS), PROOFS[name])
        proofs.append(prove(connection, tenant_id, name))
    progress(len(PROOFS), len(PROOFS), "")
    return LedgerReport(proofs)


def prove(connection: Connection, tenant_id: str, name: str) -> Proof:
    """Run the proof with this name."""
    values = {"t": tenant_id, "most": MOST_NAMED, **LISTS}
    row = _proof(name).run(connection, values).fetchone()
    assert row is not None
    looked_at, wrong, first = row
    violations = msgspec.json.decode(first, type=list[Violation]) if first else []
    return Proof(name, PROOFS[name], looked_at, wrong, violations)


@cache
def _proof(name: str) -> Statement:
    parts = *_ON_DAYS, *_BEFORE, ("fact", name), ("told", "tally")
    ctes = [f"{cte} as ({BLOCKS[block or cte]})" for cte, block in parts]
    return statement(f"with {', '.join(ctes)} {BLOCKS['verdict']}")


_ON_DAYS = ("effective", ""), ("causes", "")
_BEFORE = ("drawn", ""), ("ended", ""), ("grants", ""), ("credited", "")


class Misdated(NamedTuple):
    """An entry that is dated before its cause, and the first day on which it belongs."""

    entry_id: str
    kind: str
    day: date
    right_day: date


def misdated(connection: Connection, tenant_id: str) -> list[Misdated]:
    """Return the entries that are dated before their cause, or use a balance before it is there."""
    parts = *_ON_DAYS, ("uses", "")
    ctes = [f"{cte} as ({BLOCKS[block or cte]})" for cte, block in parts]
    query = statement(f"with {', '.join(ctes)} {BLOCKS['misdated']}")
    values = {"t": tenant_id, **LISTS}
    return [Misdated(*row) for row in query.run(connection, values)]


def trial_balance(
    connection: Connection, tenant_id: str, through: date | None = None
) -> list[Balance]:
    """Return the sums of every account with postings, per currency, up to and including a day."""
    values = {"t": tenant_id, "through": through}
    rows = statement(BLOCKS["trial_balance"]).run(connection, values)
    return [Balance(account, currency, int(d), int(c)) for account, currency, d, c in rows]


def gaps(connection: Connection, tenant_id: str) -> Iterator[Gap]:
    """Yield the numbers without a live document, by series and in order."""
    query = statement(f"with drawn as ({BLOCKS['drawn']}) {BLOCKS['gaps']}")
    with connection.transaction(), RawServerCursor(connection, "gaps") as cursor:
        cursor.execute(query.text, [tenant_id for _ in query.names])
        for row in cursor:
            yield Gap(*row)
