"""The caller of a route, and functions that all routes need."""

from collections.abc import Iterable

import msgspec
from fastapi import Response

from polaris.api.access import Access, second_word, whole_key
from polaris.api.caller import Caller
from polaris.api.coercion import Fields
from polaris.api.text import Text as Text  # exported for the modules with bodies
from polaris.core.commands import Command
from polaris.core.commands.text import ID
from polaris.core.facts.customer import Customer
from polaris.core.facts.tenant import Tenant
from polaris.core.refusals import Refusal
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.dialects.lago.errors import UNKNOWN_FIELD, LagoError, invalid, not_found, refused
from polaris.dialects.lago.responses.formats import entity_code
from polaris.dialects.lago.rules import LAGO


class Call(Caller):
    """The authenticated caller of a route."""

    dialect = LAGO

    def refused(self, command: Command, refusals: Iterable[Refusal]) -> LagoError:
        """Return the Lago error for a refused command."""
        return refused(command, refusals)

    async def invoice(self, invoice_id: str) -> View:
        """Load an invoice in any state, with everything that belongs to it. Raises LagoError."""
        return await self.view(Scope(invoices=id_set(invoice_id, "invoice"), booked=False))

    async def customer(self, external_id: str) -> Customer:
        """Load the customer with this external id. Raises LagoError 404."""
        view = await self.view(Scope(external_ids={external_id}))
        live = live_customer(view, external_id)
        if live is None:
            raise not_found("customer")
        return live


def live_customer(view: View, external_id: str) -> Customer | None:
    """Return the customer with this external id, or None; deleted ones can have the same id."""
    called = view.of(Customer, "external_id", external_id)
    return next((one for one in called if one.deleted_at is None), None)


def id_set(one: str, resource: str) -> set[str]:
    """Return the id as a set for `Scope`. Raises LagoError 404 if it is malformed."""
    if not ID.fullmatch(one):
        raise not_found(resource)
    return {one}


def check_issuer(tenant: Tenant, *codes: str | None) -> None:
    """Check that every code is that of the tenant's one billing entity. Raises LagoError 404."""
    if not set(codes) <= {None, entity_code(tenant)}:
        raise not_found("billing_entity")


async def check_fields(call: Call, command: Command, body: Fields | None) -> None:
    """Check that the body has no unknown fields. If the command is refused, that comes first.

    Raises LagoError 422 with the unknown fields, or with why the command is refused.
    """
    if body is not None and body.unknown:
        await call.preview(command)
        check_known(body)


def check_known(body: Fields) -> None:
    """Check that the body has no unknown fields. Raises LagoError 422 with them."""
    if body.unknown:
        raise invalid(**{name: [UNKNOWN_FIELD] for name in body.unknown})


ACCESS = Access(
    caller=Call,
    authenticate=whole_key(second_word),
    unknown=lambda: LagoError(401),
    forbidden=lambda scope, resource: LagoError(403, f"{scope}_action_not_allowed_for_{resource}"),
    malformed=lambda: LagoError(400, title="BadRequest: string contains null byte"),
)
may = ACCESS.may


def reply(root: str, value: object, **beside: object) -> Response:
    """Return a 200 answer with the value under its root key."""
    body = msgspec.json.encode({root: value, **beside})
    return Response(body, media_type="application/json")


def empty_reply() -> Response:
    """Return a 200 answer with no body."""
    return Response()
