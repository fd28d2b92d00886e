"""The engine's facts in memory: a tenant that decides commands one after another, with no database.

Here everything is loaded; in the engine only what a set of commands names.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeVar

from polaris.core.commands import Command
from polaris.core.decision import Decision, Facts
from polaris.core.facts.event import Event
from polaris.core.facts.row import Row
from polaris.core.facts.series import Series, SeriesScope
from polaris.core.facts.tenant import Account, Books, Settings, Tenant
from polaris.core.ledger.posting import Entry
from polaris.core.lifecycle import POLARIS, Refused, decide
from polaris.core.refusals import Refusal
from polaris.core.transition import Dialect

R = TypeVar("R", bound=Row)

WATCHED = (
    "invoice.double_return_suspected",
    "payment.double_return_suspected",
    "payment.held",
    "payment.refunded_elsewhere",
    "refund.failed",
    "refund.unknown",
)
"""The events that a person must look at."""

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def series(settings: Settings) -> Iterator[Series]:
    """The tenant-wide series that a new tenant begins with."""
    formats = {
        "invoice": settings.invoice_format,
        "note": settings.note_format,
        "customer": "{next}",
    }
    for name, form in formats.items():
        yield Series(id=name, scope=SeriesScope.TENANT, format=form)


class World:
    """One tenant's facts, a clock that stands still, and ids that count."""

    def __init__(self, settings: Settings | None = None, timezone: str = "UTC") -> None:
        settings = settings or Settings()
        tenant = Tenant(
            id="tenant",
            name="Tenant",
            currency="EUR",
            timezone=timezone,
            settings=settings,
            created_at=NOON,
        )
        own = [Account(id="BANK", kind="asset"), Account(id="RENT", kind="income")]
        self.facts = Facts(tenant, Books(id=tenant.id), [*series(settings), *own])
        self.at = NOON
        self.events: list[Event] = []
        self._ids = count(1)
        self._commands = count(1)

    def new_id(self) -> str:
        """An id that was never given before."""
        return f"row-{next(self._ids)}"

    def wait(self, **spans: float) -> None:
        """Let time pass."""
        self.at += timedelta(**spans)

    def decision(self, administrator: bool = False) -> Decision:
        """A decision over the facts as they are, not taken in yet."""
        command_id = f"command-{next(self._commands)}"
        return Decision(self.facts, command_id, self.at, self.new_id, administrator)

    def perform(
        self, command: Command, administrator: bool = False, dialect: Dialect = POLARIS
    ) -> Decision:
        """Decide a command and take in what it changes. Raises Refused or a Refusal."""
        decision = self.decision(administrator)
        decide(decision, command, dialect)
        self.facts.add(row for row in decision.all_rows() if not isinstance(row, Event))
        self.events += decision.events
        return decision

    def refused(
        self, command: Command, administrator: bool = False, dialect: Dialect = POLARIS
    ) -> tuple[str, ...]:
        """Perform a command; the codes of the refusals, none when it was done."""
        try:
            self.perform(command, administrator, dialect)
        except Refused as refused:
            return tuple(refusal.code for refusal in refused.refusals)
        except Refusal as refusal:
            return (refusal.code,)
        return ()

    def warnings(self) -> list[str]:
        """The ids of the events so far that a person must look at, sorted."""
        return sorted(event.id for event in self.events if event.kind in WATCHED)

    def rows(self) -> dict[type[Row], dict[str, Row]]:
        """Every row there is, by kind and id."""
        return {kind: dict(table) for kind, table in self.facts.tables.items() if table}

    def all(self, kind: type[R]) -> list[R]:
        """Every row of a kind, in the order they came."""
        rows = self.facts.tables[kind].values()
        return list(rows)  # type: ignore[arg-type]  # a table holds rows of its own kind

    def the(self, kind: type[R], row_id: str) -> R:
        """One row."""
        row = self.facts.tables[kind][row_id]
        assert isinstance(row, kind)
        return row

    def books(self, currency: str = "EUR") -> dict[str, int]:
        """What stands on each account: debit above zero, credit below; empty ones left out."""
        sums: dict[str, int] = {}
        for entry in self.all(Entry):
            for posting in entry.postings:
                if posting.currency == currency:
                    amount = posting.amount_minor
                    sums[posting.debit] = sums.get(posting.debit, 0) + amount
                    sums[posting.credit] = sums.get(posting.credit, 0) - amount
        return {account: amount for account, amount in sorted(sums.items()) if amount}
