"""One call of a client of Lago's: who calls, and what all routes need."""

from collections.abc import Iterable

import msgspec
from fastapi import Response

from polaris.api.access import Access, second_word, whole_key
from polaris.api.caller import Caller
from polaris.api.text import Text as Text  # with the rest of what bodies are made of
from polaris.core.commands import Command
from polaris.core.commands.text import ID
from polaris.core.facts.customer import Customer
from polaris.core.facts.tenant import Tenant
from polaris.core.refusals import Refusal
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.dialects.lago.errors import LagoError, not_found, refused
from polaris.dialects.lago.responses.formats import entity_code
from polaris.dialects.lago.rules import LAGO


class Call(Caller):
    """A client's request, let in by its key."""

    dialect = LAGO

    def refused(self, command: Command, refusals: Iterable[Refusal]) -> LagoError:
        """The answer to a refused command, in the words for this command."""
        return refused(command, refusals)

    async def invoice(self, invoice_id: str) -> View:
        """An invoice with everything that belongs to it, whatever its state."""
        return await self.view(Scope(invoices=id_set(invoice_id, "invoice"), booked=False))

    async def customer(self, external_id: str) -> Customer:
        """The customer that has this id now. Raises LagoError."""
        view = await self.view(Scope(external_ids={external_id}))
        live = live_customer(view, external_id)
        if live is None:
            raise not_found("customer")
        return live


def live_customer(view: View, external_id: str) -> Customer | None:
    """The customer that has this id now; deleted ones had it before, and may be there too."""
    called = view.of(Customer, "external_id", external_id)
    return next((one for one in called if one.deleted_at is None), None)


def id_set(one: str, resource: str) -> set[str]:
    """The id as a scope takes it. Raises LagoError: what is no id names nothing."""
    if not ID.fullmatch(one):
        raise not_found(resource)
    return {one}


def check_issuer(tenant: Tenant, *codes: str | None) -> None:
    """Every code named is of the tenant's one issuer. Raises LagoError."""
    if not set(codes) <= {None, entity_code(tenant)}:
        raise not_found("billing_entity")


ACCESS = Access(
    caller=Call,
    authenticate=whole_key(second_word),
    unknown=lambda: LagoError(401),
    forbidden=lambda scope, resource: LagoError(403, f"{scope}_action_not_allowed_for_{resource}"),
    malformed=lambda: LagoError(400, title="BadRequest: string contains null byte"),
)
may = ACCESS.may


def reply(root: str, value: object, **beside: object) -> Response:
    """200 with one thing under its root key, as Lago answers everything that went well."""
    body = msgspec.json.encode({root: value, **beside})
    return Response(body, media_type="application/json")


def empty_reply() -> Response:
    """200 with no body."""
    return Response()
