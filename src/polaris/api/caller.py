"""The caller of a route: it reads, previews and performs for its tenant."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar

from psycopg import Connection

from polaris.api.answers import Failure
from polaris.api.idempotency import KeyedCall
from polaris.api.principal import Principal
from polaris.api.repetition import NAMED_BY_CODE, Repetition
from polaris.core.commands import Command
from polaris.core.decision import Facts
from polaris.core.effects import Effects
from polaris.core.explain import Answer
from polaris.core.facts.row import Row
from polaris.core.facts.tenant import Tenant
from polaris.core.fold import Outcome, Request
from polaris.core.lifecycle import POLARIS
from polaris.core.refusals import Refusal
from polaris.core.scope import Scope
from polaris.core.transition import Dialect
from polaris.core.view import View
from polaris.engine import Preview, new_id, now, request
from polaris.serving.async_engine import AsyncEngine
from polaris.store.idempotency_keys import any_performed
from polaris.store.read.events import events_of_commands, first_changes

T = TypeVar("T")
R = TypeVar("R", bound=Row)
P = ParamSpec("P")
Reader = Callable[Concatenate[Connection[Any], str, P], T]


class Caller(ABC):
    """An authenticated caller. It reads and performs everything for the tenant of its principal.

    Each dialect has a subclass that names the dialect and answers refusals in its format.
    """

    dialect: ClassVar[Dialect] = POLARIS

    def __init__(
        self, engine: AsyncEngine, principal: Principal, keyed: KeyedCall | None = None
    ) -> None:
        self.engine, self.principal = engine, principal
        self.tenant_id = principal.tenant_id
        self._keyed = keyed
        self._repetition: Repetition | None = None
        self._looked_back = False
        if keyed is not None:
            keyed.let_in = True

    def reject_role(self) -> None:
        """Let the answer to a missing role not stand: the role may be given before a repetition."""
        if self._keyed is not None:
            self._keyed.let_in = False

    def keep_no_answer(self) -> None:
        """Let the answer not be stored for repetitions: it has a secret."""
        if self._keyed is not None:
            self._keyed.secret = True

    @abstractmethod
    def refused(self, command: Command, refusals: Iterable[Refusal]) -> Failure:
        """Return the answer to a refused command, in the dialect's format."""

    # ---------------------------------------------------------------- doing

    async def perform(
        self, command: Command, expect: str | None = None, expected: Effects | None = None
    ) -> Outcome:
        """Perform a command. Raises the dialect's Failure when it is refused.

        With `expect`, the fingerprint of a preview, it is refused if its outcome has changed; then
        `expected`, the effects of that preview, let the refusal name what is different.
        """
        asked = self._request(command, expect=expect, expected=expected)
        return (await self._perform([asked]))[0]

    async def perform_with_effects(
        self, command: Command, expect: str | None = None, expected: Effects | None = None
    ) -> tuple[Outcome, View]:
        """Perform a command. Return its outcome with effects, and the facts after it.

        A repetition has no effects. Raises Failure.
        """
        asked = self._request(
            command, expect=expect, expected=expected, shown=True, with_effects=True
        )
        (outcome,) = await self._perform([asked])
        return outcome, view_after(outcome)

    async def perform_and_show(self, command: Command) -> View:
        """Perform a command and return the facts after it. Raises Failure.

        For a repetition these are the facts right after the first time, at that time.
        """
        (outcome,) = await self._perform([self._request(command, shown=True)])
        return view_after(outcome)

    async def perform_all(self, commands: Sequence[Command]) -> list[Outcome]:
        """Perform commands in order, as one set. Raises Failure for the first refused command.

        The other commands are still done, so put only commands into one set that are either all
        accepted or all refused.
        """
        return await self._perform([self._request(command) for command in commands])

    def _request(
        self,
        command: Command,
        *,
        shown: bool = False,
        with_effects: bool = False,
        expect: str | None = None,
        expected: Effects | None = None,
    ) -> Request:
        """Return the request of this caller for a command."""
        keyed = self._keyed
        return request(
            command,
            actor=self.principal.actor,
            administrator=self.principal.administrator,
            dialect=self.dialect,
            shown=shown,
            with_effects=with_effects,
            expect=expect,
            expected=expected,
            key=keyed.command_key(command) if keyed else None,
            fingerprint=keyed.fingerprint if keyed else None,
        )

    async def _perform(self, requests: Sequence[Request]) -> list[Outcome]:
        """Perform requests in order, as one set. Raises Failure for the first refused one."""
        repetition = await self.repetition()
        outcomes = await self.engine.perform_all(self.tenant_id, requests)
        if self._keyed and outcomes:
            self._keyed.note(outcomes)
        if repetition:
            repetition.answering = True
            if not all(outcome.replayed for outcome in outcomes):
                self._repetition = None  # the first request ended before this; now it is done
        pairs = zip(requests, outcomes, strict=True)
        return [self._accepted(request.command, outcome) for request, outcome in pairs]

    async def preview(self, command: Command) -> Preview:
        """Return what a command would do, and write nothing. Raises Failure if it is refused."""
        return (await self.preview_all([command]))[0]

    async def preview_all(self, commands: Sequence[Command]) -> list[Preview]:
        """Return what commands would do, one after the other, and write nothing.

        Raises Failure for the first refused one.
        """
        requests = [
            request(command, administrator=self.principal.administrator, dialect=self.dialect)
            for command in commands
        ]
        previews = await self.engine.preview(self.tenant_id, requests)
        for command, preview in zip(commands, previews, strict=True):
            self._accepted(command, preview.outcome)
        return previews

    def _accepted(self, command: Command, outcome: Outcome) -> Outcome:
        """Return the outcome of a command that was done.

        Raises Failure if the command was refused, and the original exception if Polaris failed.
        """
        if outcome.refusals:
            raise self.refused(command, outcome.refusals)
        if outcome.fault is not None:
            raise outcome.fault
        return outcome

    # ---------------------------------------------------------------- under an idempotency key

    def new_id(self) -> str:
        """Return an id for a new row. A repeated request with the same key gets the same id."""
        return self._keyed.new_id() if self._keyed else new_id()

    async def repetition(self) -> Repetition | None:
        """Return what the first request with the key did, or None if this is the first, or if the
        first changed nothing."""
        if self._keyed is None or self._keyed.first or self._looked_back:
            return self._repetition
        self._looked_back = True
        events = await self.read(events_of_commands, self._keyed.first_keys())
        if events:
            changes = await self.read(first_changes, events[-1].id, (), NAMED_BY_CODE)
            self._repetition = Repetition(events, changes)
        return self._repetition

    async def done_before(self, *kinds: type[Command]) -> bool:
        """True if an earlier request with the same idempotency key performed such a command.

        Then a route leaves out its own checks of the present state: the command is not done again,
        and the engine answers as it did the first time.
        """
        if self._keyed is None or self._keyed.first:
            return False
        return await self.read(any_performed, [self._keyed.first_key(kind) for kind in kinds])

    # ---------------------------------------------------------------- reading

    async def read(self, reader: "Reader[P, T]", *args: P.args, **named: P.kwargs) -> T:
        """Call a reader of the store for this tenant, and return its result."""
        return await self.engine.read(
            lambda connection: reader(connection, self.tenant_id, *args, **named)
        )

    async def view(self, scope: Scope) -> View:
        """Return a view of all facts in the scope.

        A repeated request sees them as the first one with its key did; see `api.repetition`.
        """
        repetition = await self.repetition()
        wanted = repetition.scope(scope) if repetition else scope
        facts = await self.engine.facts(self.tenant_id, wanted)
        return await self.seen(facts, now())

    async def moment(self) -> datetime:
        """Return the time as of which to read: now, or for a repeated request that of the first."""
        repetition = await self.repetition()
        return repetition.at if repetition else now()

    async def rows(self, kind: type[R], present: Sequence[R]) -> Sequence[R]:
        """Return the rows of a table of `NAMED_BY_CODE`, for a repeated request as they were."""
        repetition = await self.repetition()
        return repetition.rows(kind, present) if repetition else present

    async def seen(self, facts: Facts, at: datetime) -> View:
        """Return a view of facts that were read at a time, for a repeated request as they were."""
        repetition = await self.repetition()
        if repetition is None:
            return View(facts, at)
        ids = {row_id for table in facts.tables.values() for row_id in table}
        later = await self.read(first_changes, repetition.last_event_id, ids)
        return repetition.view(facts, later)

    async def tenant(self) -> Tenant:
        """Return the tenant with its settings. They can be about a second old."""
        return await self.engine.tenant(self.tenant_id)

    async def explain(self, invoice_id: str) -> list[Answer]:
        """Return for every command on an invoice whether it is allowed, and if not, why.

        Raises NotFound.
        """
        return await self.engine.explain(self.tenant_id, invoice_id, self.dialect)


def view_after(outcome: Outcome) -> View:
    """Return the facts of a shown outcome; of a repetition as they were after the first time."""
    assert outcome.facts is not None  # because the request was `shown`
    first = outcome.events[0].at if outcome.replayed and outcome.events else None
    return View(outcome.facts, first or now())
