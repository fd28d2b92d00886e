"""The engine: it locks, loads, decides and writes. It makes every change of money."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import psycopg
import structlog
import uuid_utils
from msgspec.structs import replace
from psycopg.errors import UniqueViolation

from polaris.core.balances.numbering import Numbers, changed_numbers, drawn_numbers
from polaris.core.commands import Command, SaveTenant
from polaris.core.commands.text import ID, as_text
from polaris.core.decision import Decision, Facts
from polaris.core.effects import Effects, fingerprint
from polaris.core.explain import Answer, answers
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.row import Row
from polaris.core.fold import Folded, Memory, Outcome, Request, audit_of, fold
from polaris.core.lifecycle import POLARIS
from polaris.core.refusals import NotFound
from polaris.core.rules.number import changed_settings
from polaris.core.scope import Scope, may_be_noted, scope_of
from polaris.core.transition import Dialect
from polaris.delivery.as_of import facts_after
from polaris.store.engine.load import (
    ScopeGrew,
    load,
    lock_and_load,
    numbers_ahead,
    resolve,
    writers,
)
from polaris.store.engine.write import Conflict, write
from polaris.store.server.database import Database

log = structlog.get_logger()

NUMBER_KEYS = ("document_number_pkey", "invoice_number", "credit_note_number")
"""The keys that refuse a number which another document has."""

PATIENCE_SECONDS = 30.0
"""How long a set waits for a lost database before it fails."""

CLOSING_PATIENCE_SECONDS = 10.0
"""How long a closing of the books waits for earlier sets of its tenant."""

CLOSING_STEP_SECONDS = 0.05
"""The time between two looks at these sets."""


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

    @property
    def effects(self) -> Effects | None:
        """The effects that the request would have; None if it would be refused."""
        return self.outcome.effects

    @property
    def fingerprint(self) -> str | None:
        """The fingerprint of the effects, to be sent as `Request.expect`."""
        return fingerprint(self.outcome.effects) if self.outcome.effects else None


class NumbersTaken(Exception):
    """The database refused a set: one of its documents has a number that another one has.

    `numbers` are the numbers of the set's series; load the used ones, and perform it again.
    """

    def __init__(self, numbers: list[Numbers]) -> None:
        super().__init__(f"a number of the set is in use: {numbers}")
        self.numbers = numbers


class NotesNeeded(Exception):
    """A void of the set writes a credit note by a setting. Lock and load what the note needs."""


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
        numbers: Sequence[Numbers] = ()
        attempts = 2
        failure: Exception = AssertionError("no attempt was made")
        while attempts:
            attempts -= 1
            try:
                return self._patiently(tenant_id, requests, numbers)
            except NumbersTaken as taken:
                attempts += 0 if numbers else 1  # the next attempt knows which ones to skip
                failure, numbers = taken, taken.numbers
            except (psycopg.Error, Conflict, ScopeGrew) as fault:
                failure = fault
        if isinstance(failure, psycopg.OperationalError) and lost(failure):
            raise failure
        log.warning("set_failed", requests=len(requests), fault=repr(failure))
        if len(requests) == 1:
            return [self._broken(tenant_id, requests[0], failure)]
        half = len(requests) // 2
        return self.perform(tenant_id, requests[:half]) + self.perform(tenant_id, requests[half:])

    def _patiently(
        self, tenant_id: str, requests: Sequence[Request], numbers: Sequence[Numbers]
    ) -> list[Outcome]:
        """Perform a set. After a lost connection, perform it again when the database is back.

        This is safe even if the first attempt was committed: the locks wait for the old
        transaction, and then its command records give the first outcome.
        """
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self._once(tenant_id, requests, numbers)
            except psycopg.OperationalError as fault:
                if not lost(fault) or time.monotonic() > give_up_at:
                    raise
                log.warning("connection_lost", fault=str(fault))
                time.sleep(0.05)
                self._database.ensure()

    def _once(
        self, tenant_id: str, requests: Sequence[Request], numbers: Sequence[Numbers]
    ) -> list[Outcome]:
        """Perform a set. If its voids write credit notes by a setting, load again, for the notes.

        Raises NumbersTaken, Conflict, ScopeGrew, UnknownTenant, psycopg.Error.
        """
        try:
            return self._attempt(tenant_id, requests, numbers)
        except NotesNeeded:
            return self._attempt(tenant_id, requests, numbers, noted=True)

    def _attempt(
        self,
        tenant_id: str,
        requests: Sequence[Request],
        numbers: Sequence[Numbers],
        noted: bool = False,
    ) -> list[Outcome]:
        """Perform a set. The used ones among these numbers are loaded, so that it skips them.

        `noted`: lock and load what voids by the setting `void_with_credit_note` need. Raises
        NotesNeeded without it, and what `_once` raises.
        """
        with self._pool.connection() as connection:
            scope = resolve(connection, tenant_id, scope_of_requests(requests, noted))
            ids = [request.id for request in requests]
            keys = [request.key for request in requests if request.key is not None]
            loaded = lock_and_load(connection, tenant_id, scope, ids, keys)
            if not noted and writes_notes(loaded.facts, requests):
                raise NotesNeeded
            numbers = [*numbers, *numbers_of(loaded.facts, requests)]
            loaded.facts.add(numbers_ahead(connection, tenant_id, numbers))
            memory = Memory(loaded.records, loaded.events)
            folded = fold(loaded.facts, memory, requests, new_id)
            try:
                write(connection, tenant_id, folded.rows.values())
            except UniqueViolation as taken:
                if taken.diag.constraint_name not in NUMBER_KEYS:
                    raise
                raise NumbersTaken(drawn_numbers(loaded.facts, folded.rows.values())) from taken
        report(folded)
        return [as_first_answered(outcome) for outcome in folded.outcomes]

    def _broken(self, tenant_id: str, request: Request, fault: BaseException) -> Outcome:
        """Return a broken outcome for a request. Only its audit line is written."""
        outcome = Outcome(request_id=request.id, fault=fault)
        with self._pool.connection() as connection:
            command = as_text(request.command)
            write(connection, tenant_id, [audit_of(request, command, outcome, new_id())])
        return outcome

    def wait_for_writers(
        self, tenant_id: str, patience_seconds: float = CLOSING_PATIENCE_SECONDS
    ) -> int:
        """Wait until the sets of the tenant that run now have ended. Call this after CloseBooks.

        A set that began before the books were closed may still write into the period. Return how
        many still run after the patience; 0 means that nothing is added to the period any more.
        """
        give_up_at = time.monotonic() + patience_seconds
        older = left = self._writers(tenant_id)
        while left and time.monotonic() < give_up_at:
            time.sleep(CLOSING_STEP_SECONDS)
            left = older & self._writers(tenant_id)
        return len(left)

    def _writers(self, tenant_id: str) -> frozenset[str]:
        with self._pool.connection() as connection:
            return writers(connection, tenant_id)

    def preview(self, tenant_id: str, requests: Sequence[Request]) -> list[Preview]:
        """Return what the requests would do, one after the other. Nothing is locked or written.

        Each preview has the effects of its request, with their fingerprint.
        """
        requests = [replace(request, with_effects=True) for request in requests]
        with self._pool.connection() as connection:
            scope = resolve(connection, tenant_id, scope_of_requests(requests, noted=True))
            facts = load(connection, tenant_id, scope).facts
            facts.add(numbers_ahead(connection, tenant_id, numbers_of(facts, requests)))
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
    expect: str | None = None,
    expected: Effects | None = None,
    with_effects: bool = False,
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
        expect=expect,
        expected=expected,
        with_effects=with_effects,
    )


def scope_of_requests(requests: Sequence[Request], noted: bool = False) -> Scope:
    """Return what the requests name; see `scope_of`. An answer and effects also show lines."""
    scope = scope_of((request.command for request in requests), noted)
    scope.billed |= any(request.shown or request.weighs_effects for request in requests)
    return scope


def lost(fault: psycopg.OperationalError) -> bool:
    """True if the connection is lost; False if the server only rejected a statement."""
    gone = ("57P01", "57P02", "57P03", "08", "53300")
    return fault.sqlstate is None or fault.sqlstate.startswith(gone)


def numbers_of(facts: Facts, requests: Sequence[Request]) -> list[Numbers]:
    """Return the numbers that the number formats in these requests would give."""
    before = facts.tenant.settings
    numbers: list[Numbers] = []
    for one in requests:
        if isinstance(one.command, SaveTenant):
            after = changed_settings(before, one.command)
            numbers += changed_numbers(before, after) if after else ()
    return numbers


def writes_notes(facts: Facts, requests: Sequence[Request]) -> bool:
    """True if the tenant's setting makes a void of these requests write a credit note."""
    by_setting = facts.tenant.settings.void_with_credit_note
    return by_setting and any(may_be_noted(request.command) for request in requests)


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
