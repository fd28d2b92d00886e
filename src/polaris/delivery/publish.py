"""Make webhooks from committed events, and a delivery for each endpoint that subscribes to them.

The outbox is the table of events: an event without a row in `published_event` waits. Everything
about a batch of events is written in one transaction, so a process that ends loses nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

import msgspec
import psycopg
import structlog
import uuid_utils

from polaris.core.decision import Facts
from polaris.core.facts.event import Event
from polaris.core.scope import Scope
from polaris.delivery.dialect import Connection, Origin, WebhookDialect
from polaris.delivery.shape import SCOPES, event_scope
from polaris.store.engine.load import load, resolve
from polaris.store.webhooks import as_json, run

log = structlog.get_logger()

BATCH = 200

Dialects = Mapping[str, WebhookDialect]
"""Each dialect of webhooks by its name."""


class Subscription(NamedTuple):
    """An endpoint, and what it wants to receive."""

    endpoint_id: str
    dialect: str
    types: Sequence[str] | None  # None: all
    since: datetime  # earlier events are not sent to it by themselves

    def wants(self, made: "Made", event: Event) -> bool:
        """Return whether the endpoint subscribes to this webhook of this event."""
        if made.dialect != self.dialect or event.at < self.since:
            return False
        return self.types is None or made.type in self.types


class Made(NamedTuple):
    """A webhook as it is stored."""

    id: str
    event_id: str | None
    dialect: str
    position: int  # within its event and dialect, from 1
    type: str
    body: str
    fault: str | None
    created_at: datetime
    invoice_id: str | None
    ordered_by: str | None


class Batch(NamedTuple):
    """What is published together: the endpoints of a tenant and their dialects, at a time."""

    tenant_id: str
    dialects: tuple[WebhookDialect, ...]
    subscriptions: Sequence[Subscription]
    now: datetime


class Delivery(NamedTuple):
    """A new delivery."""

    id: str
    webhook_id: str
    endpoint_id: str
    created_at: datetime


def publish_pending(
    connection: Connection, tenant_id: str, dialects: Dialects, since: datetime, now: datetime
) -> int:
    """Publish the committed events of a tenant that were requested at `since` or later.

    Return how many webhooks were made. Each batch is committed by itself. Does nothing while
    another process publishes for the tenant, and for a tenant without endpoints. Times are UTC.
    """
    made, after = 0, id_before(since)
    while True:
        with connection.transaction():
            # A statement of its own takes the lock, so that the next one sees what is published.
            ((locked,),) = run(connection, "lock_publishing", t=tenant_id)
            subscriptions = subscriptions_of(connection, tenant_id) if locked else []
            if not subscriptions:
                return made
            after = max(after, id_before(min(one.since for one in subscriptions)))
            events = _pending(connection, tenant_id, after)
            if events:
                batch = Batch(tenant_id, _spoken(dialects, subscriptions), subscriptions, now)
                made += _publish_or_split(connection, batch, events)
        if len(events) < BATCH:
            return made
        after = events[-1].id


def subscriptions_of(connection: Connection, tenant_id: str) -> list[Subscription]:
    """Return what the endpoints of a tenant subscribe to; also the paused ones, which wait."""
    rows = run(connection, "subscriptions", t=tenant_id)
    return [Subscription(str(id_), *rest) for id_, *rest in rows]


def id_before(time: datetime) -> str:
    """Return an id that sorts before all ids that are made at this time (UTC) or later."""
    milliseconds = max(0, int(time.timestamp() * 1000))
    return str(UUID(int=milliseconds << 80))


def _pending(connection: Connection, tenant_id: str, after: str) -> list[Event]:
    rows = run(connection, "unpublished_events", t=tenant_id, after=after, most=BATCH)
    return [msgspec.json.decode(event, type=Event) for (event,) in rows]


def _spoken(
    dialects: Dialects, subscriptions: Sequence[Subscription]
) -> tuple[WebhookDialect, ...]:
    named = {one.dialect for one in subscriptions}
    return tuple(dialect for name, dialect in dialects.items() if name in named)


def _publish_or_split(connection: Connection, batch: Batch, events: Sequence[Event]) -> int:
    """Publish events. If a batch fails, publish each alone, so that one event stops no other."""
    try:
        with connection.transaction():
            named = (batch.tenant_id, batch.dialects, events, batch.now)
            return _publish(connection, batch, events, compose_webhooks(connection, *named))
    except psycopg.OperationalError:
        raise
    except Exception as fault:
        if len(events) > 1:
            return sum(_publish_or_split(connection, batch, [event]) for event in events)
        [event] = events
        log.error("event_not_published", event_id=event.id, exc_info=True)
        failed = [_fault(dialect, event, fault, batch.now) for dialect in batch.dialects]
        run(connection, "insert_webhooks", t=batch.tenant_id, webhooks=as_json(failed))
        return _publish(connection, batch, events, failed)


def _publish(
    connection: Connection, batch: Batch, events: Sequence[Event], made: Sequence[Made]
) -> int:
    """Create the deliveries of stored webhooks, and mark their events as published."""
    deliver(connection, batch.tenant_id, made, events, batch.subscriptions, batch.now)
    ids = [event.id for event in events]
    run(connection, "insert_published", t=batch.tenant_id, event_ids=ids, now=batch.now)
    return len(made)


def compose_webhooks(
    connection: Connection,
    tenant_id: str,
    dialects: Sequence[WebhookDialect],
    events: Sequence[Event],
    now: datetime,
) -> list[Made]:
    """Compose and store the webhooks of events in these dialects, in the order of the events."""
    needed = events if any(dialect.needs_facts for dialect in dialects) else []
    facts = _facts_of(connection, tenant_id, needed)
    tenant = facts.tenant
    origin = Origin(tenant_id, tenant.settings, tenant.details)
    made = [
        webhook
        for event in events
        for dialect in dialects
        for webhook in _composed(dialect, event, facts, connection, origin, now)
    ]
    run(connection, "insert_webhooks", t=tenant_id, webhooks=as_json(made))
    return made


def _facts_of(connection: Connection, tenant_id: str, events: Iterable[Event]) -> Facts:
    whole = Scope(booked=False)
    for scope in map(event_scope, events):
        for kind in SCOPES.values():
            getattr(whole, kind).update(getattr(scope, kind))
    return load(connection, tenant_id, resolve(connection, tenant_id, whole)).facts


def _composed(
    dialect: WebhookDialect,
    event: Event,
    facts: Facts,
    connection: Connection,
    origin: Origin,
    now: datetime,
) -> list[Made]:
    """Return the webhooks of an event. If they cannot be composed, one that tells the fault."""
    ids = (event.invoice_id, _order_of(event))
    try:
        webhooks = dialect.compose(event, facts, connection)
        return [
            Made(id_, event.id, dialect.name, at, one.type, body.decode(), None, now, *ids)
            for at, one in enumerate(webhooks, start=1)
            for id_ in [webhook_id(event.id, dialect.name, at)]
            for body in [dialect.body(one, id_, now, origin)]
        ]
    except Exception as fault:  # a mistake of one dialect must not stop the other webhooks
        log.error("webhook_not_composed", event_id=event.id, dialect=dialect.name, exc_info=True)
        return [_fault(dialect, event, fault, now)]


def _fault(dialect: WebhookDialect, event: Event, fault: Exception, now: datetime) -> Made:
    """Return a webhook without a body, which tells why it could not be composed."""
    said = f"{type(fault).__name__}: {fault}"
    ids = (event.invoice_id, _order_of(event))
    id_ = webhook_id(event.id, dialect.name, 1)
    return Made(id_, event.id, dialect.name, 1, str(event.kind), "", said, now, *ids)


def _order_of(event: Event) -> str:
    """Return the id whose webhooks are kept in order."""
    return event.invoice_id or event.customer_id or event.subject_id


def webhook_id(event_id: str, dialect: str, position: int) -> str:
    """Return the id of a webhook (UUIDv7). It follows from the event, so it is always the same.

    A webhook that was deleted long ago can be made again: receivers know it by its id. Ids are in
    the order of events; within an event, in the order of positions.
    """
    said = sha256(f"{event_id}/{dialect}/{position}".encode()).digest()
    tail = (position % 256) << 24 | int.from_bytes(said[:3])
    return str(UUID(int=UUID(event_id).int >> 32 << 32 | tail))


def deliver(
    connection: Connection,
    tenant_id: str,
    made: Sequence[Made],
    events: Sequence[Event],
    subscriptions: Sequence[Subscription],
    now: datetime,
) -> int:
    """Create the deliveries of webhooks to the endpoints that subscribe to them.

    Return how many are new.
    """
    of = {event.id: event for event in events}
    deliveries = [
        Delivery(_new_id(), webhook.id, one.endpoint_id, now)
        for webhook in made
        for one in subscriptions
        if webhook.event_id and one.wants(webhook, of[webhook.event_id])
    ]
    rows = as_json(deliveries)
    return run(connection, "insert_deliveries", t=tenant_id, deliveries=rows).rowcount


def _new_id() -> str:
    return str(uuid_utils.uuid7())
