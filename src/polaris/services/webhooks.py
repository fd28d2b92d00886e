"""Webhook endpoints, for the console and the admin API: add, change, pause, rotate, test, delete.

The server does not send webhooks itself; the worker beside it does. So a sample that is sent here
is only made here.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from polaris.api.caller import Caller
from polaris.core.commands import (
    DeleteWebhookEndpoint,
    PauseWebhookEndpoint,
    ResumeWebhookEndpoint,
    SaveWebhookEndpoint,
)
from polaris.core.facts.webhook import Signature
from polaris.delivery import endpoint_keys
from polaris.delivery.dialect import SigningKey, WebhookDialect
from polaris.delivery.endpoint_keys import KeysOfTenant, ReceiverKeys, receiver_keys
from polaris.delivery.endpoints import (
    EndpointRefused,
    checked_endpoint,
    known_dialect,
    new_endpoint,
)
from polaris.delivery.sample import NoSample, send_sample
from polaris.services.recorded_actions import Action, Result, perform_once
from polaris.store.read import webhooks
from polaris.store.read.webhooks import EndpointState, UnknownEndpoint
from polaris.store.server.database import EngineConnection

LONGEST_OVERLAP_HOURS = 24 * 30
"""How long an older key can stay valid after a rotation."""


class NewEndpoint(NamedTuple):
    """An endpoint that is to be added. Without types it gets all of its dialect."""

    url: str
    dialect: str
    event_types: Sequence[str] | None = None
    name: str | None = None
    signature: str | None = None


class AddedEndpoint(NamedTuple):
    """An endpoint and what its receiver needs to verify webhooks, which is shown once."""

    endpoint: EndpointState
    keys: ReceiverKeys
    repeated: bool = False  # True if the request was done before


class RotatedKeys(NamedTuple):
    """The new keys of an endpoint, and for how many hours the older ones stay valid."""

    keys: ReceiverKeys
    overlap_hours: float


# ---------------------------------------------------------------- reading


async def list_endpoints(caller: Caller) -> list[EndpointState]:
    """Return the endpoints of the tenant with their health, the newest first."""
    return await caller.read(webhooks.endpoints)


async def find_endpoint(caller: Caller, endpoint_id: str) -> EndpointState:
    """Return one endpoint. Raises UnknownEndpoint."""
    return await caller.read(webhooks.endpoint, endpoint_id)


def dialect_of(caller: Caller, found: EndpointState) -> WebhookDialect:
    """Return the dialect of an endpoint. Raises EndpointRefused if this version lacks it."""
    return known_dialect(caller.engine.sending.dialects, found.dialect)


# ---------------------------------------------------------------- commands


async def add_endpoint(caller: Caller, wanted: NewEndpoint) -> AddedEndpoint:
    """Add an endpoint. Return it with the keys that its receiver needs.

    Raises EndpointRefused, NoEncryptionKey, Failure.
    """
    sending = caller.engine.sending
    sending.encryption.require()
    outcome = await caller.perform(new_endpoint(sending.dialects, caller.new_id(), *wanted))
    found = await find_endpoint(caller, outcome.events[0].subject_id)
    return AddedEndpoint(found, await keys_of(caller, found), outcome.replayed)


async def change_endpoint(caller: Caller, endpoint_id: str, **changes: Any) -> EndpointState:
    """Change the URL, the name or the types of an endpoint. Return it.

    Raises UnknownEndpoint, EndpointRefused, Failure.
    """
    await find_endpoint(caller, endpoint_id)
    command = SaveWebhookEndpoint(webhook_endpoint_id=endpoint_id, **changes)
    await caller.perform(await checked_command(caller, command))
    return await find_endpoint(caller, endpoint_id)


async def checked_command(caller: Caller, command: SaveWebhookEndpoint) -> SaveWebhookEndpoint:
    """Return the command after a check against its dialect. Raises EndpointRefused."""
    try:
        dialect = (await find_endpoint(caller, command.webhook_endpoint_id)).dialect
    except UnknownEndpoint:
        dialect = None
    return checked_endpoint(caller.engine.sending.dialects, command, dialect)


async def pause_endpoint(caller: Caller, endpoint_id: str) -> EndpointState:
    """Let the webhooks of an endpoint wait. Return it. Raises UnknownEndpoint, Failure."""
    await find_endpoint(caller, endpoint_id)
    await caller.perform(PauseWebhookEndpoint(webhook_endpoint_id=endpoint_id))
    return await find_endpoint(caller, endpoint_id)


async def resume_endpoint(caller: Caller, endpoint_id: str) -> EndpointState:
    """Send the webhooks of a paused endpoint, which begins anew. Return it.

    Raises UnknownEndpoint, Failure.
    """
    await find_endpoint(caller, endpoint_id)
    await caller.perform(ResumeWebhookEndpoint(webhook_endpoint_id=endpoint_id))
    return await find_endpoint(caller, endpoint_id)


async def delete_endpoint(caller: Caller, endpoint_id: str) -> EndpointState:
    """Delete an endpoint, and return it one last time. Raises UnknownEndpoint, Failure."""
    found = await find_endpoint(caller, endpoint_id)
    await caller.perform(DeleteWebhookEndpoint(webhook_endpoint_id=endpoint_id))
    return found


# ---------------------------------------------------------------- keys and samples


async def keys_of(caller: Caller, found: EndpointState) -> ReceiverKeys:
    """Return what a receiver needs to verify webhooks; keys are made at their first use.

    Raises EndpointRefused, NoEncryptionKey, WrongEncryptionKey.
    """
    return receiver_keys(await signing_keys(caller, found))


async def signing_keys(caller: Caller, found: EndpointState) -> list[SigningKey]:
    """Return the valid keys of an endpoint, the oldest first. Raises like `keys_of`."""
    sending, dialect = caller.engine.sending, dialect_of(caller, found)
    named = (caller.tenant_id, found.id, dialect, signature_of(dialect, found))
    return await caller.engine.keep(
        endpoint_keys.keys_of, *named, sending.encryption, sending.now()
    )


def signature_of(dialect: WebhookDialect, found: EndpointState) -> Signature:
    """Return how webhooks to an endpoint are signed."""
    return dialect.signature(Signature(found.signature))


async def rotate_keys(
    caller: Caller, endpoint_id: str, overlap_hours: float, request_id: str
) -> RotatedKeys:
    """Give an endpoint new keys. The older ones stay valid for some hours.

    Raises UnknownEndpoint, EndpointRefused, NoEncryptionKey.
    """
    found = await find_endpoint(caller, endpoint_id)
    if not 0 <= overlap_hours <= LONGEST_OVERLAP_HOURS:
        most = f"Give 0 to {LONGEST_OVERLAP_HOURS} hours."
        raise EndpointRefused("overlap_hours", most)
    sending, dialect = caller.engine.sending, dialect_of(caller, found)
    asked = {"overlap_hours": overlap_hours}
    action = Action(request_id, caller.principal.actor, "RotateWebhookKeys", found.id, asked)

    def rotating(connection: EngineConnection) -> Result:
        def perform() -> Result:
            named = (caller.tenant_id, found.id, dialect, signature_of(dialect, found))
            overlap = timedelta(hours=overlap_hours)
            endpoint_keys.rotate(connection, *named, sending.encryption, sending.now(), overlap)
            return {}

        return perform_once(connection, caller.tenant_id, action, perform)

    try:
        await caller.engine.keep(rotating)
    except KeysOfTenant as refused:
        raise EndpointRefused("endpoint_id", str(refused)) from refused
    return RotatedKeys(await keys_of(caller, found), overlap_hours)


async def send_test(caller: Caller, endpoint_id: str, type_: str | None, request_id: str) -> str:
    """Make a sample webhook, which the worker sends. Return the id of its delivery.

    `type_`: None for a voided invoice. Raises UnknownEndpoint, EndpointRefused.
    """
    found = await find_endpoint(caller, endpoint_id)
    dialect, at = dialect_of(caller, found), caller.engine.sending.now()
    asked = {"type": type_}
    action = Action(request_id, caller.principal.actor, "SendWebhookSample", found.id, asked)

    def sending(connection: EngineConnection) -> Result:
        def perform() -> Result:
            named = (caller.tenant_id, dialect, found.id, type_)
            return {"delivery_id": send_sample(connection, *named, at)}

        return perform_once(connection, caller.tenant_id, action, perform)

    try:
        result = await caller.engine.keep(sending)
    except NoSample as refused:
        raise EndpointRefused("type", str(refused)) from refused
    return str(result["delivery_id"])
