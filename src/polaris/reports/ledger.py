"""Proofs over the whole ledger of a tenant, its trial balance, and its gaps."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import msgspec
import psycopg
from psycopg.raw_cursor import RawServerCursor

from polaris.core.ledger import chart
from polaris.store.sql import Statement, blocks, statement

Connection = psycopg.Connection[Any]

Progress = Callable[[int, int, str], None]
"""Told how much is done, of how much, and what comes now; nothing once all is done."""

BLOCKS = blocks("proofs.sql")
MOST_NAMED = 20
"""How many violations of a proof are named."""

PROOFS = {
    "receivable": "The receivable of every invoice is what it says is outstanding.",
    "outstanding": "What is outstanding is the total less what settles it; once voided, nothing.",
    "paid": "What an invoice says was paid is the payments that settle it.",
    "finalized": "A finalized invoice was booked once, for its total.",
    "voided": "A voided invoice leaves nothing behind but money, and credit and refunds owed.",
    "notes": "What is owed on credit notes is their balances, and what is parked of them.",
    "wallets": "What is owed on wallets is the purchased credits left, and what is parked.",
    "unapplied": "Money not applied is what payments have unused, and what is held.",
    "refunds": "Refunds are owed until they are settled or converted.",
    "liabilities": "Nothing that we owe is below zero.",
    "money": "Money is what was received, less reversals, fees and refunds that went out.",
    "cash": "No more is refunded of an invoice than was paid on it; sold credits apart.",
    "payments": "What is refunded and unused of a payment is at most what came.",
    "granted": "Credit given beyond the money received is never below zero.",
    "mirrored": "A reversal is the exact opposite of what it reverses.",
    "reversed_once": "An entry is reversed at most once, and a reversal never.",
    "numbers": "Every number of a series was given once, and none outside it.",
}
"""Every proof: the block that tells its facts, and what it says."""

OWED = [chart.NOTES, chart.WALLETS, chart.UNAPPLIED, chart.REFUNDS]
"""Owed to a certain customer each."""

LIABILITIES = [name for name, (kind, _) in chart.CHART.items() if kind == "liability"]


class Violation(NamedTuple):
    """Where a proof fails. Amounts are minor units, or counts where there is no currency."""

    currency: str | None
    subject: str
    expected: int
    found: int


class Proof(NamedTuple):
    """One statement about the books, and whether it is true."""

    name: str
    sentence: str
    looked_at: int  # invoices, customers, accounts: whatever was compared one by one
    wrong: int
    violations: list[Violation]  # the first of them

    @property
    def ok(self) -> bool:
        """Whether it holds of everything that was looked at."""
        return not self.wrong


class LedgerReport(NamedTuple):
    """The whole proof set."""

    proofs: list[Proof]

    @property
    def ok(self) -> bool:
        """Whether all of it holds."""
        return all(proof.ok for proof in self.proofs)


class Balance(NamedTuple):
    """What stands on an account in one currency, minor units."""

    account: str
    currency: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Debits less credits."""
        return self.debit_minor - self.credit_minor


class Gap(NamedTuple):
    """A number of a series without a living document: missing, hidden or voided."""

    series: str
    counted: int | None  # which number of the series; none when its format does not say
    number: str | None  # as printed; none when it is missing
    why: str
    subject_id: str | None


def unseen(_done: int, _total: int, _what: str) -> None:
    """For whoever does not want to know how far it is."""


def verify(connection: Connection, tenant_id: str, progress: Progress = unseen) -> LedgerReport:
    """Prove the books of a tenant, in memory that does not grow with them.

    Each proof is one statement, so it sees one moment also while the books are written.
    """
    proofs = []
    for done, name in enumerate(PROOFS):
        progress(done, len(PROOFS), PROOFS[name])
        proofs.append(prove(connection, tenant_id, name))
    progress(len(PROOFS), len(PROOFS), "")
    return LedgerReport(proofs)


def prove(connection: Connection, tenant_id: str, name: str) -> Proof:
    """One proof, by its name."""
    values = {"t": tenant_id, "most": MOST_NAMED, "owed": OWED, "liabilities": LIABILITIES}
    told = _proof(name).run(connection, values).fetchone()
    assert told is not None
    looked_at, wrong, first = told
    violations = msgspec.json.decode(first, type=list[Violation]) if first else []
    return Proof(name, PROOFS[name], looked_at, wrong, violations)


@cache
def _proof(name: str) -> Statement:
    parts = ("drawn", ""), ("fact", name), ("told", "tally")
    ctes = [f"{cte} as ({BLOCKS[block or cte]})" for cte, block in parts]
    return statement(f"with {', '.join(ctes)} {BLOCKS['verdict']}")


def trial_balance(
    connection: Connection, tenant_id: str, through: date | None = None
) -> list[Balance]:
    """Debits and credits of every account that was ever posted to, through a day, per currency."""
    values = {"t": tenant_id, "through": through}
    rows = statement(BLOCKS["trial_balance"]).run(connection, values)
    return [Balance(account, currency, int(d), int(c)) for account, currency, d, c in rows]


def gaps(connection: Connection, tenant_id: str) -> Iterator[Gap]:
    """Numbers without a living document, by series and in order."""
    asked = statement(f"with drawn as ({BLOCKS['drawn']}) {BLOCKS['gaps']}")
    with connection.transaction(), RawServerCursor(connection, "gaps") as cursor:
        cursor.execute(asked.text, [tenant_id for _ in asked.names])
        for row in cursor:
            yield Gap(*row)
