"""Deliveries of webhooks, for the console and the admin API: look at them, and send them again."""

from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

from polaris.api.caller import Caller
from polaris.delivery import replay as sending_again
from polaris.delivery.dialect import Message
from polaris.delivery.endpoints import EndpointRefused
from polaris.delivery.replay import Replayed
from polaris.encryption import NoEncryptionKey, WrongEncryptionKey
from polaris.services.recorded_actions import Action, Result, first_result, perform_once
from polaris.services.webhooks import dialect_of, find_endpoint, signature_of, signing_keys
from polaris.store.engine.write import write
from polaris.store.read import webhooks
from polaris.store.read.jobs import JobState, WebhookCounts, job_states, webhook_counts_of
from polaris.store.read.keyset import KeysetPage, Window
from polaris.store.read.webhooks import (
    DeliveryFilter,
    EndpointInTrouble,
    EndpointState,
    ListedDelivery,
    UnknownEndpoint,
    WholeDelivery,
)
from polaris.store.server.database import EngineConnection


class AlreadyWaiting(EndpointRefused):
    """The delivery waits already: it is sent as soon as it is due."""

    def __init__(self) -> None:
        super().__init__("delivery_id", str(AlreadyWaiting.__doc__))


class JobsOverview(NamedTuple):
    """The background jobs of the installation, and the webhooks of the tenant that are left."""

    jobs: list[JobState]
    webhooks: WebhookCounts


# ---------------------------------------------------------------- reading


async def list_deliveries(
    caller: Caller, wanted: DeliveryFilter, window: Window
) -> KeysetPage[ListedDelivery]:
    """Return one page of deliveries."""
    return await caller.read(webhooks.deliveries, wanted, window)


async def find_delivery(caller: Caller, delivery_id: str) -> WholeDelivery:
    """Return one delivery with its body and its attempts. Raises UnknownDelivery."""
    return await caller.read(webhooks.delivery, delivery_id)


async def endpoint_of(caller: Caller, found: ListedDelivery) -> EndpointState | None:
    """Return the endpoint of a delivery, or None if it is deleted."""
    try:
        return await find_endpoint(caller, found.endpoint_id)
    except UnknownEndpoint:
        return None


async def headers_of(
    caller: Caller, whole: WholeDelivery, endpoint: EndpointState
) -> dict[str, str]:
    """Return the headers of the latest attempt, signed with the keys that are valid now.

    They are not stored. After a rotation, the signatures of earlier attempts were others. Empty if
    the webhook could not be composed, or if its keys cannot be read.
    """
    if whole.fault:
        return {}
    try:
        keys = await signing_keys(caller, endpoint)
    except (EndpointRefused, NoEncryptionKey, WrongEncryptionKey):
        return {}
    dialect, sending = dialect_of(caller, endpoint), caller.engine.sending
    message = Message(
        id=whole.delivery.webhook_id,
        type=whole.delivery.type,
        body=whole.body.encode(),
        at=whole.attempts[-1].started_at if whole.attempts else whole.delivery.created_at,
        signature=signature_of(dialect, endpoint),
        keys=keys,
        issuer=sending.issuer,
    )
    return dialect.headers(message)


async def troubled_endpoints(caller: Caller) -> list[EndpointInTrouble]:
    """Return the endpoints that are paused or failing."""
    return await caller.read(webhooks.endpoints_in_trouble)


async def jobs_overview(caller: Caller) -> JobsOverview:
    """Return what runs in the background, and what is left to send for the tenant."""
    jobs = await caller.engine.read(job_states)
    return JobsOverview(jobs, await caller.read(webhook_counts_of))


def status_text(status: int) -> str:
    """Return an HTTP status with its name, if it has one: `503 Service Unavailable`."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


# ---------------------------------------------------------------- sending again


async def redeliver(caller: Caller, delivery_id: str, request_id: str) -> None:
    """Send a delivery again, with the whole schedule of attempts.

    Raises UnknownDelivery, EndpointRefused, and AlreadyWaiting, which is one, too.
    """
    found = await find_delivery(caller, delivery_id)
    if found.fault:
        why = "This webhook could not be composed, so there is nothing to send."
        raise EndpointRefused("delivery_id", why)
    if await endpoint_of(caller, found.delivery) is None:
        raise EndpointRefused("delivery_id", "The endpoint of this delivery is deleted.")
    endpoint_id, at = found.delivery.endpoint_id, caller.engine.sending.now()
    asked = {"delivery_id": delivery_id}
    action = Action(request_id, caller.principal.actor, "RedeliverWebhook", endpoint_id, asked)

    def sending(connection: EngineConnection) -> Result:
        def perform() -> Result:
            named = (connection, caller.tenant_id, [delivery_id])
            if not sending_again.redeliver(*named, at):
                raise AlreadyWaiting
            return {"redelivered": 1}

        return perform_once(connection, caller.tenant_id, action, perform)

    await caller.engine.keep(sending)


async def redeliver_failed(
    caller: Caller, endpoint_id: str, since: datetime, request_id: str
) -> int:
    """Send what failed finally at an endpoint since a time (UTC) again. Return how many.

    Raises UnknownEndpoint, EndpointRefused.
    """
    found, at = await find_endpoint(caller, endpoint_id), caller.engine.sending.now()
    asked = {"since": since}
    actor = caller.principal.actor
    action = Action(request_id, actor, "RedeliverFailedWebhooks", found.id, asked)

    def sending(connection: EngineConnection) -> Result:
        def perform() -> Result:
            named = (connection, caller.tenant_id, found.id)
            return {"redelivered": sending_again.redeliver_failed(*named, since, at)}

        return perform_once(connection, caller.tenant_id, action, perform)

    return int((await caller.engine.keep(sending))["redelivered"])


async def replay_range(
    caller: Caller, endpoint_id: str, since: datetime, until: datetime, request_id: str
) -> Replayed:
    """Send all events from `since` until before `until` (UTC) to an endpoint again.

    Repeated webhooks keep their ids. Raises UnknownEndpoint, EndpointRefused.
    """
    found = await find_endpoint(caller, endpoint_id)
    dialect_of(caller, found)
    if since >= until:
        raise EndpointRefused("until", "The range ends before it begins.")
    asked = {"since": since, "until": until}
    action = Action(request_id, caller.principal.actor, "ReplayWebhooks", found.id, asked)
    sending = caller.engine.sending

    def replaying(connection: EngineConnection) -> Result:
        if first := first_result(connection, caller.tenant_id, action):
            return first
        connection.commit()
        connection.autocommit = True  # so that each batch is committed by itself
        try:
            named = (connection, caller.tenant_id, sending.dialects, found.id)
            result = sending_again.replay(*named, since, until, sending.now())._asdict()
            write(connection, caller.tenant_id, [action.line(result)])
        finally:
            connection.autocommit = False
        return result

    return Replayed(**await caller.engine.keep(replaying))


async def events_in_range(caller: Caller, since: datetime, until: datetime) -> int:
    """Return how many events happened from `since` until before `until` (UTC)."""
    return await caller.read(webhooks.events_in_range, since, until)
