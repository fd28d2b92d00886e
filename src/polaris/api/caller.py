"""The caller of a route: reads, previews and performs for the tenant of its API key."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar

from psycopg import Connection

from polaris.api.answers import Failure
from polaris.api.idempotency import KeyedCall
from polaris.core.commands import Command
from polaris.core.facts.row import Row
from polaris.core.facts.tenant import Tenant
from polaris.core.fold import Outcome
from polaris.core.lifecycle import POLARIS
from polaris.core.refusals import Refusal
from polaris.core.scope import Scope
from polaris.core.transition import Dialect
from polaris.core.view import View
from polaris.engine import Preview, new_id, now, request
from polaris.keys import KnownKey
from polaris.serving.async_engine import AsyncEngine

T = TypeVar("T")
P = ParamSpec("P")
Reader = Callable[Concatenate[Connection[Any], str, P], T]


class Caller(ABC):
    """Who calls, let in by an API key. Everything is read and done for the key's tenant.

    A dialect has a subclass that says what the dialect requires and how a refusal is answered.
    """

    dialect: ClassVar[Dialect] = POLARIS

    def __init__(self, engine: AsyncEngine, key: KnownKey, keyed: KeyedCall | None = None) -> None:
        self.engine, self.key = engine, key
        self.tenant_id = key.tenant_id
        self._keyed = keyed
        if keyed is not None:
            keyed.let_in = True

    @abstractmethod
    def refused(self, command: Command, refusals: Iterable[Refusal]) -> Failure:
        """The answer to a refused command, in the dialect's words."""

    # ---------------------------------------------------------------- doing

    async def perform(self, command: Command) -> Outcome:
        """Perform a command. Raises the dialect's Failure when it is refused."""
        return (await self.perform_all([command]))[0]

    async def perform_and_show(self, command: Command) -> View:
        """Perform a command; returns the facts as it left them. Raises Failure."""
        (outcome,) = await self.perform_all([command], shown=True)
        assert outcome.facts is not None  # they were asked for
        return View(outcome.facts, now())

    async def perform_all(self, commands: Sequence[Command], shown: bool = False) -> list[Outcome]:
        """Perform commands in order, as one set. Raises Failure for the first refused.

        The others are done all the same: put into one set only what is refused together.
        """
        keyed = self._keyed
        requests = [
            request(
                command,
                actor=f"key:{self.key.prefix}",
                dialect=self.dialect,
                shown=shown,
                key=keyed.command_key(command) if keyed else None,
                fingerprint=keyed.fingerprint if keyed else None,
            )
            for command in commands
        ]
        outcomes = await self.engine.perform_all(self.tenant_id, requests)
        if keyed and outcomes:
            keyed.note(outcomes)
        return [self._accepted(*pair) for pair in zip(commands, outcomes, strict=True)]

    async def preview(self, command: Command) -> Preview:
        """What a command would do; nothing is written. Raises Failure when it would be refused."""
        asked = request(command, dialect=self.dialect)
        (preview,) = await self.engine.preview(self.tenant_id, [asked])
        self._accepted(command, preview.outcome)
        return preview

    def _accepted(self, command: Command, outcome: Outcome) -> Outcome:
        """The outcome, when it was done. Raises Failure when it was refused, or the fault in us."""
        if outcome.refusals:
            raise self.refused(command, outcome.refusals)
        if outcome.fault is not None:
            raise outcome.fault
        return outcome

    # ---------------------------------------------------------------- under an idempotency key

    def new_id(self) -> str:
        """An id for something new: the same one whenever the call is repeated under its key."""
        return self._keyed.new_id() if self._keyed else new_id()

    def made_before(self, view: View, kind: type[Row], row_id: str) -> bool:
        """True if an earlier call under the same key has made this row.

        A route asks when its own checks would refuse what is done already.
        """
        if self._keyed is None or self._keyed.first or view.get(kind, row_id) is None:
            return False
        self._keyed.replayed = True
        return True

    # ---------------------------------------------------------------- reading

    async def read(self, reader: "Reader[P, T]", *args: P.args, **named: P.kwargs) -> T:
        """What a reader of the store finds in the tenant's books."""
        return await self.engine.read(
            lambda connection: reader(connection, self.tenant_id, *args, **named)
        )

    async def view(self, scope: Scope) -> View:
        """Everything that belongs to what is named, to be looked at."""
        facts = await self.engine.facts(self.tenant_id, scope)
        return View(facts, now())

    async def tenant(self) -> Tenant:
        """The tenant with its settings, as of now or a moment ago."""
        return await self.engine.tenant(self.tenant_id)
