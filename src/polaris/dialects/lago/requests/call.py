"""One call of a client: who asks, what may be asked, and the way to the engine."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

import msgspec
from fastapi import Request, Response
from psycopg import Connection
from pydantic import AfterValidator

from polaris.core.commands import Command
from polaris.core.commands.text import ID, UNSTORABLE
from polaris.core.facts.customer import Customer
from polaris.core.facts.tenant import Tenant
from polaris.core.fold import Outcome
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.dialects.lago.errors import LagoError, not_found, refused
from polaris.dialects.lago.responses.formats import entity_code
from polaris.dialects.lago.rules import LAGO
from polaris.engine import Preview, now, request
from polaris.keys import KeyScope, KnownKey
from polaris.serving.async_engine import AsyncEngine

T = TypeVar("T")
P = ParamSpec("P")
Reader = Callable[Concatenate[Connection[Any], str, P], T]


class Call:
    """A client's request, let in by its key. Everything it does, it does for the key's tenant."""

    def __init__(self, desk: AsyncEngine, key: KnownKey) -> None:
        self.desk, self.key = desk, key
        self.tenant_id = key.tenant_id

    async def perform(self, command: Command) -> Outcome:
        """Do it. Raises LagoError, in the words for this command."""
        return (await self.perform_all([command]))[0]

    async def perform_and_show(self, command: Command) -> View:
        """Do it; the facts as it left them, to be shown. Raises LagoError."""
        (outcome,) = await self.perform_all([command], shown=True)
        assert outcome.facts is not None  # they were asked for
        return View(outcome.facts, now())

    async def perform_all(self, commands: Sequence[Command], shown: bool = False) -> list[Outcome]:
        """Do them in order, with nothing in between. Raises LagoError for the first refused.

        The others are done all the same: name together only what is refused together.
        """
        requests = [
            request(command, actor=f"key:{self.key.prefix}", dialect=LAGO, shown=shown)
            for command in commands
        ]
        outcomes = await self.desk.perform_all(self.tenant_id, requests)
        return [accepted(*pair) for pair in zip(commands, outcomes, strict=True)]

    async def preview(self, command: Command) -> Preview:
        """What it would do; nothing is written. Raises LagoError."""
        asked = request(command, dialect=LAGO)
        (preview,) = await self.desk.preview(self.tenant_id, [asked])
        accepted(command, preview.outcome)
        return preview

    async def read(self, reader: "Reader[P, T]", *args: P.args, **named: P.kwargs) -> T:
        """Ask a reader for something of the tenant's."""
        return await self.desk.read(
            lambda connection: reader(connection, self.tenant_id, *args, **named)
        )

    async def view(self, scope: Scope) -> View:
        """Everything that belongs to what is named, to be shown."""
        facts = await self.desk.facts(self.tenant_id, scope)
        return View(facts, now())

    async def invoice(self, invoice_id: str) -> View:
        """An invoice with everything that belongs to it, whatever its state."""
        return await self.view(Scope(invoices=named(invoice_id, "invoice"), booked=False))

    async def customer(self, external_id: str) -> Customer:
        """The customer that has this id now. Raises LagoError."""
        view = await self.view(Scope(external_ids={external_id}))
        live = customer_called(view, external_id)
        if live is None:
            raise not_found("customer")
        return live

    async def tenant(self) -> Tenant:
        """Whose books these are, with its settings."""
        return await self.desk.tenant(self.tenant_id)


def customer_called(view: View, external_id: str) -> Customer | None:
    """The customer that has this id now; deleted ones had it before, and may be there too."""
    called = view.of(Customer, "external_id", external_id)
    return next((one for one in called if one.deleted_at is None), None)


def named(one: str, resource: str) -> set[str]:
    """The id as a scope takes it. Raises LagoError: what is no id names nothing."""
    if not ID.fullmatch(one):
        raise not_found(resource)
    return {one}


def check_issuer(tenant: Tenant, *codes: str | None) -> None:
    """Every code named is of the tenant's one issuer. Raises LagoError."""
    if not set(codes) <= {None, entity_code(tenant)}:
        raise not_found("billing_entity")


def accepted(command: Command, outcome: Outcome) -> Outcome:
    """The outcome of what was done. Raises LagoError when it was refused, or the fault in us."""
    if outcome.refusals:
        raise refused(command, outcome.refusals)
    if outcome.fault is not None:
        raise outcome.fault
    return outcome


def may(action: KeyScope, resource: str) -> Callable[[Request], Awaitable[Call]]:
    """Who calls, once the key says that it may. Raises LagoError 401, 403."""

    async def call(request: Request) -> Call:
        if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
            raise LagoError(400, title="BadRequest: string contains null byte")
        desk: AsyncEngine = request.app.state.desk
        _, token, *_ = [*request.headers.get("authorization", "").split(), "", ""]
        key = await desk.key(token)
        if key is None:
            raise LagoError(401)
        if not key.may(action):
            raise LagoError(403, f"{action}_action_not_allowed_for_{resource}")
        return Call(desk, key)

    return call


def sayable(text: str) -> str:
    """A text that a database can keep. Raises ValueError."""
    if UNSTORABLE.search(text):
        raise ValueError("a NUL, or half a character")
    return text


Text = Annotated[str, AfterValidator(sayable)]


def answered(root: str, value: object, **beside: object) -> Response:
    """200 with one thing under its root key, as Lago answers everything that went well."""
    body = msgspec.json.encode({root: value, **beside})
    return Response(body, media_type="application/json")


def nothing() -> Response:
    """200 with no body."""
    return Response()
