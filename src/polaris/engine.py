"""The engine: it locks, loads, decides and writes. It makes every change of money."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import psycopg
import structlog
import uuid_utils
from msgspec.structs import replace

from polaris.core.commands import CloseBooks, Command
from polaris.core.commands.text import ID, as_text
from polaris.core.decision import Decision
from polaris.core.explain import Answer, answers
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.row import Row
from polaris.core.fold import Folded, Memory, Outcome, Request, audit_of, fold
from polaris.core.lifecycle import POLARIS
from polaris.core.refusals import NotFound
from polaris.core.scope import Scope, scope_of
from polaris.core.transition import Dialect
from polaris.delivery.as_of import facts_after
from polaris.store.engine.load import ScopeGrew, load, lock_and_load, resolve
from polaris.store.engine.write import Conflict, write
from polaris.store.server.database import Database, EngineConnection

log = structlog.get_logger()

PATIENCE_SECONDS = 30.0
"""How long a set waits for a lost database before it fails."""


def new_id() -> str:
    """Return a new id that sorts by time (UUIDv7)."""
    return str(uuid_utils.uuid7())


def now() -> datetime:
    """Return the current time, UTC."""
    return datetime.now(UTC)


class Preview(NamedTuple):
    """What a request would do: its outcome, and the rows that it would write."""

    outcome: Outcome
    rows: tuple[Row, ...]


class Engine:
    """Performs sets of requests on one database. Threads can share it."""

    def __init__(self, database: Database, connections: int = 4) -> None:
        self._database = database
        self._pool = database.pool(connections)

    def perform(self, tenant_id: str, requests: Sequence[Request]) -> list[Outcome]:
        """Perform requests in order, in one database transaction. Return one outcome per request.

        A refused or broken request does not affect the others. If the whole set fails, it is
        performed once more, because other writers may have changed the rows; then it is halved.
        Raises UnknownTenant, and `psycopg.OperationalError` if the database stays unavailable.
        """
        if not requests:
            return []
        for _ in range(2):
            try:
                return self._patiently(tenant_id, requests)
            except (psycopg.Error, Conflict, ScopeGrew) as fault:
                failure = fault
        if isinstance(failure, psycopg.OperationalError) and lost(failure):
            raise failure
        log.warning("set_failed", requests=len(requests), fault=repr(failure))
        if len(requests) == 1:
            return [self._broken(tenant_id, requests[0], failure)]
        half = len(requests) // 2
        return self.perform(tenant_id, requests[:half]) + self.perform(tenant_id, requests[half:])

    def _patiently(self, tenant_id: str, requests: Sequence[Request]) -> list[Outcome]:
        """Perform a set. After a lost connection, perform it again when the database is back.

        This is safe even if the first attempt was committed: the locks wait for the old
        transaction, and then its command records give the first outcome.
        """
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self._once(tenant_id, requests)
            except psycopg.OperationalError as fault:
                if not lost(fault) or time.monotonic() > give_up_at:
                    raise
                log.warning("connection_lost", fault=str(fault))
                time.sleep(0.05)
                self._database.ensure()

    def _once(self, tenant_id: str, requests: Sequence[Request]) -> list[Outcome]:
        with self._pool.connection() as connection:
            scope = scope_of(request.command for request in requests)
            scope.billed |= any(request.shown for request in requests)
            scope = resolve(connection, tenant_id, scope)
            ids = [request.id for request in requests]
            keys = [request.key for request in requests if request.key is not None]
            loaded = lock_and_load(connection, tenant_id, scope, ids, keys)
            memory = Memory(loaded.records, loaded.events)
            folded = fold(loaded.facts, memory, requests, new_id)
            write(connection, tenant_id, folded.rows.values())
        report(folded)
        if any(isinstance(request.command, CloseBooks) for request in requests):
            self._wait_for_older_writers()
        return [as_first_answered(outcome) for outcome in folded.outcomes]

    def _broken(self, tenant_id: str, request: Request, fault: BaseException) -> Outcome:
        """Return a broken outcome for a request. Only its audit line is written."""
        outcome = Outcome(request_id=request.id, fault=fault)
        with self._pool.connection() as connection:
            command = as_text(request.command)
            write(connection, tenant_id, [audit_of(request, command, outcome, new_id())])
        return outcome

    def _wait_for_older_writers(self) -> None:
        """Wait until every set that began before the books were closed has ended."""
        with self._database.connect() as connection:
            connection.autocommit = True
            horizon = snapshot(connection, "xmax")
            while snapshot(connection, "xmin") < horizon:
                time.sleep(0.01)

    def preview(self, tenant_id: str, requests: Sequence[Request]) -> list[Preview]:
        """Return what the requests would do, one after the other. Nothing is locked or written."""
        with self._pool.connection() as connection:
            scope = scope_of(request.command for request in requests)
            facts = load(connection, tenant_id, resolve(connection, tenant_id, scope)).facts
        previews = []
        memory = Memory((), ())
        for request in requests:
            folded = fold(facts, memory, [request], new_id)
            previews.append(Preview(folded.outcomes[0], tuple(folded.rows.values())))
        return previews

    def explain(self, tenant_id: str, invoice_id: str, dialect: Dialect = POLARIS) -> list[Answer]:
        """Return for every command on an invoice whether it is allowed; if not, why and what is.

        Raises NotFound, UnknownTenant.
        """
        named = {invoice_id} if ID.fullmatch(invoice_id) else set()
        with self._pool.connection() as connection:
            facts = load(connection, tenant_id, Scope(invoices=named, open_credit=True)).facts
        decision = Decision(facts, new_id(), now(), new_id)
        if decision.get(Invoice, invoice_id) is None:
            raise NotFound(field="invoice_id", id=invoice_id)
        return answers(decision, invoice_id, dialect)


def request(
    command: Command,
    *,
    actor: str = "system",
    administrator: bool = False,
    request_id: str | None = None,
    key: str | None = None,
    fingerprint: str | None = None,
    dialect: Dialect = POLARIS,
    shown: bool = False,
) -> Request:
    """Create a request with the current time, and with a new id unless `request_id` is given."""
    return Request(
        id=request_id or new_id(),
        command=command,
        at=now(),
        actor=actor,
        administrator=administrator,
        key=key,
        fingerprint=fingerprint,
        dialect=dialect,
        shown=shown,
    )


def lost(fault: psycopg.OperationalError) -> bool:
    """True if the connection is lost; False if the server only rejected a statement."""
    gone = ("57P01", "57P02", "57P03", "08", "53300")
    return fault.sqlstate is None or fault.sqlstate.startswith(gone)


def snapshot(connection: EngineConnection, edge: str) -> int:
    """Return the id of the oldest running (`xmin`) or the next (`xmax`) transaction."""
    row = connection.execute(f"select pg_snapshot_{edge}(pg_current_snapshot())::text").fetchone()
    return int(row[0]) if row else 0


def as_first_answered(outcome: Outcome) -> Outcome:
    """Return the outcome. The facts of a repetition become those right after the first time."""
    if not outcome.replayed or outcome.facts is None or not outcome.events:
        return outcome
    return replace(outcome, facts=facts_after(outcome.facts, outcome.events))


def report(folded: Folded) -> None:
    """Log the faults of a set. Each is a bug in Polaris."""
    for outcome in folded.outcomes:
        if outcome.fault is not None:
            log.error("request_broken", request=outcome.request_id, exc_info=outcome.fault)
