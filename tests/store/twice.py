"""The same history decided twice: over the loaded facts of each set, and over all facts."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec

from polaris.core.commands import Command, SaveCustomer
from polaris.core.facts.row import Changing, Row
from polaris.core.facts.series import SeriesScope
from polaris.core.facts.tenant import Settings
from polaris.core.fold import Folded, Memory, Request, fold
from polaris.core.scope import Scope, scope_of
from polaris.engine import numbers_of
from polaris.store.engine.load import load, lock_and_load, numbers_ahead, resolve
from polaris.store.engine.write import create_tenant, write
from polaris.store.server.database import EngineConnection

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Ids:
    """Ids that sort by the time of their creation, like those of the engine."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __next__(self) -> str:
        self.number += 1
        return f"01900000-0000-7000-8000-{self.number:012x}"

    def again(self) -> Callable[[], str]:
        """From here on, without going on here."""
        return Ids(self.number).__next__


class History:
    """A tenant in the database and completely in memory; `done` counts the commands."""

    def __init__(
        self, connection: EngineConnection, seed: int, scope: SeriesScope = SeriesScope.TENANT
    ) -> None:
        self.connection = connection
        self.ids = Ids((seed + 1) << 32)
        self.tenant_id = next(self.ids)
        begin = "{customer}-" if scope is SeriesScope.CUSTOMER else ""
        settings = Settings(
            invoice_scope=scope,
            invoice_format=f"{begin}INV-{{next}}",
            note_scope=scope,
            note_format=f"{begin}CN-{{next}}",
        )
        create_tenant(connection, self.tenant_id, "Both", "EUR", "UTC", settings, BEGIN)
        everything = Scope(series={"invoice", "note", "customer"})
        self.whole = load(connection, self.tenant_id, everything).facts
        self.done: Counter[type[Command]] = Counter()
        self.customers = [next(self.ids) for _ in range(2)]
        self.at = BEGIN
        self.perform([SaveCustomer(customer_id=one, external_id=one) for one in self.customers])

    def perform(self, wishes: list[Command]) -> None:
        """Decide a set over both, check that they agree, and store the result."""
        self.at += timedelta(minutes=1)
        requests = [Request(id=next(self.ids), command=wish, at=self.at) for wish in wishes]
        scope = resolve(self.connection, self.tenant_id, scope_of(wishes))
        loaded = lock_and_load(self.connection, self.tenant_id, scope, [one.id for one in requests])
        numbers = numbers_of(loaded.facts, requests)
        loaded.facts.add(numbers_ahead(self.connection, self.tenant_id, numbers))
        here = fold(loaded.facts, Memory((), ()), requests, self.ids.again())
        there = fold(self.whole, Memory((), ()), requests, self.ids.again())
        self.ids.number += 1000
        agree(here, there)
        write(self.connection, self.tenant_id, here.rows.values())
        self.connection.commit()
        self.whole.add(stored(row) for row in here.rows.values())
        told = zip(wishes, here.outcomes, strict=True)
        self.done.update(type(wish) for wish, outcome in told if outcome.done)


def stored(row: Row) -> Row:
    """Return a row as it is after writing."""
    if not isinstance(row, Changing):
        return row
    return msgspec.structs.replace(row, version=row.version + 1)


def agree(here: Folded, there: Folded) -> None:
    """Check that both have the same outcomes and rows."""
    for one, other in zip(here.outcomes, there.outcomes, strict=True):
        assert repr(one.fault) == repr(other.fault) == "None"
        assert [str(said) for said in one.refusals] == [str(said) for said in other.refusals]
        assert one.events == other.events
    assert here.rows == there.rows
