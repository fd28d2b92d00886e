"""Webhook endpoints, deliveries and attempts, to be looked at."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from polaris.core.commands.text import ID
from polaris.core.facts.webhook import PauseReason
from polaris.store.read.keyset import (
    KeysetList,
    KeysetPage,
    Window,
    ids_of,
    keyset_page,
    rows_of,
)
from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks

_READ = blocks("read/webhooks.sql")
BLOCKS = {
    name: text.replace("%(failing_since)s", _READ["part_failing_since"])
    for name, text in _READ.items()
}


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class Health(StrEnum):
    """Whether webhooks arrive at an endpoint."""

    ACTIVE = "active"
    FAILING = "failing"
    PAUSED = "paused"


class EndpointState(NamedTuple):
    """An endpoint with its health. Times are UTC."""

    id: str
    name: str | None
    url: str
    dialect: str
    signature: str
    event_types: list[str] | None  # None: all
    created_at: datetime
    paused_at: datetime | None
    paused_reason: PauseReason | None
    succeeded_at: datetime | None
    failed_at: datetime | None
    failing_since: datetime | None
    waiting: int  # deliveries that wait
    failed: int  # deliveries that failed finally

    @property
    def health(self) -> "Health":
        """Whether webhooks arrive there."""
        return _health(self.paused_at, self.failing_since)


class EndpointInTrouble(NamedTuple):
    """An endpoint that is paused or failing. Times are UTC."""

    id: str
    name: str | None
    url: str
    paused_at: datetime | None
    paused_reason: PauseReason | None
    failing_since: datetime | None

    @property
    def health(self) -> "Health":
        """Whether it is paused or failing."""
        return _health(self.paused_at, self.failing_since)


def _health(paused_at: datetime | None, failing_since: datetime | None) -> "Health":
    if paused_at:
        return Health.PAUSED
    return Health.FAILING if failing_since else Health.ACTIVE


class ListedDelivery(NamedTuple):
    """A webhook and its way to one endpoint. Times are UTC."""

    id: str
    endpoint_id: str
    webhook_id: str
    event_id: str | None  # None for a sample
    invoice_id: str | None
    type: str
    dialect: str
    url: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    due_at: datetime  # of the next attempt, if it waits
    ended_at: datetime | None


class ShownAttempt(NamedTuple):
    """An attempt and the answer. Times are UTC."""

    number: int
    started_at: datetime
    duration_ms: int
    status: int | None
    error: str | None  # why there was no answer
    response_body: str | None  # its beginning


class WholeDelivery(NamedTuple):
    """A delivery with the body that is sent, and every attempt."""

    delivery: ListedDelivery
    body: str
    fault: str | None  # why the webhook could not be composed
    attempts: list[ShownAttempt]


class DeliveryFilter(NamedTuple):
    """Which deliveries to list."""

    endpoint_id: str | None = None
    invoice_id: str | None = None
    state: DeliveryState | None = None


class UnknownEndpoint(LookupError):
    """The tenant has no webhook endpoint with this id."""


class UnknownDelivery(LookupError):
    """The tenant has no delivery with this id."""


def endpoints(connection: Connection, tenant_id: str) -> list[EndpointState]:
    """Return the endpoints of a tenant, the newest first."""
    values = {"t": tenant_id, "endpoint": None}
    rows = tuples_found(connection, BLOCKS["endpoint_states"], values)
    return [EndpointState(*row) for row in rows]


def endpoint(connection: Connection, tenant_id: str, endpoint_id: str) -> EndpointState:
    """Return one endpoint. Raises UnknownEndpoint."""
    if ID.fullmatch(endpoint_id):
        values = {"t": tenant_id, "endpoint": endpoint_id}
        for row in tuples_found(connection, BLOCKS["endpoint_states"], values):
            return EndpointState(*row)
    raise UnknownEndpoint(endpoint_id)


def endpoints_in_trouble(connection: Connection, tenant_id: str) -> list[EndpointInTrouble]:
    """Return the endpoints of a tenant that are paused or failing."""
    rows = tuples_found(connection, BLOCKS["endpoints_in_trouble"], {"t": tenant_id})
    return [EndpointInTrouble(*row) for row in rows]


def events_in_range(
    connection: Connection, tenant_id: str, since: datetime, until: datetime
) -> int:
    """Return how many events of a tenant happened from `since` until before `until` (UTC)."""
    values = {"t": tenant_id, "since": since, "until": until}
    [(count,)] = tuples_found(connection, BLOCKS["events_in_range"], values)
    return int(count)


def deliveries(
    connection: Connection, tenant_id: str, wanted: DeliveryFilter, window: Window
) -> KeysetPage[ListedDelivery]:
    """Return one page of deliveries. Filters by a malformed id find nothing."""
    named = (wanted.endpoint_id, wanted.invoice_id)
    if any(one is not None and not ID.fullmatch(one) for one in named):
        return KeysetPage([], None, None)
    values = {
        "t": tenant_id,
        "endpoint": wanted.endpoint_id,
        "invoice": wanted.invoice_id,
        "state": wanted.state,
    }
    conditions = {
        "deliveries_of_endpoint": wanted.endpoint_id,
        "deliveries_of_invoice": wanted.invoice_id,
        "deliveries_in_state": wanted.state,
    }
    chosen = tuple(BLOCKS[block] for block, value in conditions.items() if value is not None)
    listed = KeysetList(BLOCKS["deliveries_found"], BLOCKS["deliveries_by_id"], chosen)
    page = keyset_page(connection, listed, values, window)
    return rows_of(page, _with_ids(connection, tenant_id, ids_of(page)))


def delivery(connection: Connection, tenant_id: str, delivery_id: str) -> WholeDelivery:
    """Return one delivery with its attempts. Raises UnknownDelivery."""
    found = _with_ids(connection, tenant_id, [delivery_id]) if ID.fullmatch(delivery_id) else []
    if not found:
        raise UnknownDelivery(delivery_id)
    values = {"t": tenant_id, "webhook": found[0].webhook_id, "delivery": delivery_id}
    [(body, fault)] = tuples_found(connection, BLOCKS["webhook_sent"], values)
    attempts = tuples_found(connection, BLOCKS["attempts_of_delivery"], values)
    return WholeDelivery(found[0], body, fault, [ShownAttempt(*row) for row in attempts])


def _with_ids(connection: Connection, tenant_id: str, ids: list[str]) -> list[ListedDelivery]:
    rows = tuples_found(connection, BLOCKS["deliveries_shown"], {"t": tenant_id, "ids": ids})
    return [ListedDelivery(*row) for row in rows]
