"""Webhook endpoints, and the public key that verifies the signatures of webhooks."""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from msgspec import UNSET
from pydantic import BaseModel

from polaris.core.commands import DeleteWebhookEndpoint, SaveWebhookEndpoint
from polaris.core.commands.base import Given, or_unset
from polaris.core.facts.webhook import WebhookEndpoint
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.delivery.signing import RSA_KEY, new_rsa_key, public_key
from polaris.dialects.lago.errors import invalid, not_found
from polaris.dialects.lago.requests.call import Call, Text, id_set, may, reply
from polaris.dialects.lago.requests.coercion import Paged, require_fields, text_change
from polaris.dialects.lago.responses import webhook_endpoints as shown
from polaris.dialects.lago.rules.settings import NAME
from polaris.dialects.lago.webhooks import SUBSCRIBABLE
from polaris.keys import KeyScope
from polaris.store.read import catalogue

router = APIRouter(tags=["webhooks"])

Reads = Annotated[Call, Depends(may(KeyScope.READ, "webhook_endpoint"))]
Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "webhook_endpoint"))]
Checks = Annotated[Call, Depends(may(KeyScope.READ, "webhook_jwt_public_key"))]

ALL = "*"


class Endpoint(BaseModel):
    """A requested endpoint; an update has only the fields that change."""

    webhook_url: Text | None = None
    signature_algo: Text | None = None
    name: Text | None = None
    event_types: list[Text | None] | None = None


class EndpointBody(BaseModel):
    """An endpoint under its root key."""

    webhook_endpoint: Endpoint


@router.post("/webhook_endpoints")
async def create(call: Writes, body: EndpointBody) -> Response:
    """Create a webhook endpoint."""
    require_fields(body.webhook_endpoint, "webhook_url")
    return await save_endpoint(call, save_command(call.new_id(), body.webhook_endpoint))


@router.get("/webhook_endpoints")
async def find_all(call: Reads, paged: Paged) -> Response:
    """List the webhook endpoints, the newest first."""
    page = await call.read(catalogue.webhook_endpoints, NAME, paged.per_page, paged.offset)
    view = await call.view(Scope())
    endpoints = [shown.webhook_endpoint(view, row) for row in page.rows]
    return reply("webhook_endpoints", endpoints, meta=paged.meta(page.total))


@router.get("/webhook_endpoints/{endpoint_id}")
async def find(call: Reads, endpoint_id: str) -> Response:
    """Show a webhook endpoint."""
    view = await endpoint_view(call, endpoint_id)
    return reply("webhook_endpoint", shown.webhook_endpoint(view, find_endpoint(view, endpoint_id)))


@router.put("/webhook_endpoints/{endpoint_id}")
async def update(call: Writes, endpoint_id: str, body: EndpointBody) -> Response:
    """Change the given fields of a webhook endpoint."""
    find_endpoint(await endpoint_view(call, endpoint_id), endpoint_id)
    return await save_endpoint(call, save_command(endpoint_id, body.webhook_endpoint))


@router.delete("/webhook_endpoints/{endpoint_id}")
async def destroy(call: Writes, endpoint_id: str) -> Response:
    """Delete a webhook endpoint; the answer shows it one last time."""
    view = await endpoint_view(call, endpoint_id)
    row = find_endpoint(view, endpoint_id)
    await call.perform(DeleteWebhookEndpoint(webhook_endpoint_id=row.id))
    return reply("webhook_endpoint", shown.webhook_endpoint(view, row))


def save_command(endpoint_id: str, asked: Endpoint) -> SaveWebhookEndpoint:
    """Return the command that saves the given fields. Raises LagoError."""
    return SaveWebhookEndpoint(
        webhook_endpoint_id=endpoint_id,
        dialect=NAME,
        url=or_unset(asked.webhook_url),
        signature=or_unset(asked.signature_algo),
        name=text_change(asked, "name"),
        event_types=event_types(asked),
    )


def event_types(asked: Endpoint) -> Given[tuple[str, ...] | None]:
    """Return the requested types without repeats; None, for all types, if null, empty or `*`.

    Raises LagoError.
    """
    if "event_types" not in asked.model_fields_set:
        return UNSET
    spelled = ((one or "").strip().lower() for one in asked.event_types or ())
    types = tuple(dict.fromkeys(one for one in spelled if one))
    if types in ((), (ALL,)):
        return None
    if not SUBSCRIBABLE.issuperset(types):
        raise invalid(event_types=["invalid_types"])
    return types


async def endpoint_view(call: Call, endpoint_id: str) -> View:
    """Load the endpoint with this id, if there is one. Raises LagoError if the id is malformed."""
    return await call.view(Scope(webhook_endpoints=id_set(endpoint_id, "webhook_endpoint")))


def find_endpoint(view: View, endpoint_id: str) -> WebhookEndpoint:
    """Return the endpoint. Raises LagoError 404 if it does not exist or is deleted."""
    row = view.get(WebhookEndpoint, endpoint_id)
    if row is None or row.dialect != NAME or row.deleted_at is not None:
        raise not_found("webhook_endpoint")
    return row


async def save_endpoint(call: Call, command: SaveWebhookEndpoint) -> Response:
    """Perform the command, and answer with the saved endpoint."""
    view = await call.perform_and_show(command)
    row = view.the(WebhookEndpoint, command.webhook_endpoint_id)
    return reply("webhook_endpoint", shown.webhook_endpoint(view, row))


# ---------------------------------------------------------------- the key


async def encoded_key(call: Call) -> str:
    """Return the tenant's public key: PEM in base64. The first request creates the key pair."""
    private_key = await call.engine.signing_key(call.tenant_id, RSA_KEY, new_rsa_key)
    return b64encode(public_key(private_key).encode()).decode()


@router.get("/webhooks/json_public_key")
async def json_public_key(call: Checks) -> Response:
    """Return the public key that verifies the signature tokens of webhooks."""
    return reply("webhook", {"public_key": await encoded_key(call)})


@router.get("/webhooks/public_key")
async def plain_public_key(call: Checks) -> Response:
    """Return the same public key as plain text."""
    return Response(await encoded_key(call), media_type="text/plain")
