"""Send again: one delivery, all that failed since a time, or all events of a range.

A repeated webhook keeps its id and its body. Events that an endpoint never got, because they are
older than it, are composed now, from the facts as they were.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from polaris.core.facts.event import Event
from polaris.delivery.dialect import Connection
from polaris.delivery.publish import (
    BATCH,
    Dialects,
    Made,
    Subscription,
    compose_webhooks,
    deliver,
    id_before,
    subscriptions_of,
)
from polaris.store.webhooks import run


class Replayed(NamedTuple):
    """How many webhooks will be sent again, and how many for the first time."""

    again: int
    first: int


def redeliver(connection: Connection, tenant_id: str, ids: Sequence[str], now: datetime) -> int:
    """Send deliveries again, with the whole schedule of attempts. Return how many.

    Those that wait already, and those whose webhook could not be composed, are left out.
    """
    return run(connection, "redeliver", t=tenant_id, deliveries=list(ids), now=now).rowcount


def redeliver_failed(
    connection: Connection, tenant_id: str, endpoint_id: str, since: datetime, now: datetime
) -> int:
    """Send what failed finally at an endpoint since a time (UTC) again. Return how many."""
    values = {"endpoint": endpoint_id, "since": since, "now": now}
    return run(connection, "redeliver_failed", t=tenant_id, **values).rowcount


def replay(
    connection: Connection,
    tenant_id: str,
    dialects: Dialects,
    endpoint_id: str,
    since: datetime,
    until: datetime,
    now: datetime,
) -> Replayed:
    """Send all events of a range again to an endpoint, as far as it subscribes to them.

    `since` is included, `until` is not. Each batch is committed by itself.
    """
    endpoint = next(
        (one for one in subscriptions_of(connection, tenant_id) if one.endpoint_id == endpoint_id),
        None,
    )
    if endpoint is None or endpoint.dialect not in dialects:
        return Replayed(0, 0)
    endpoint = endpoint._replace(since=since)
    again = first = 0
    after = id_before(datetime.fromtimestamp(0, since.tzinfo))
    while events := _between(connection, tenant_id, since, until, after):
        with connection.transaction():
            batch = _replay(connection, tenant_id, dialects, endpoint, events, now)
        again, first = again + batch.again, first + batch.first
        after = events[-1].id
    return Replayed(again, first)


def _between(
    connection: Connection, tenant_id: str, since: datetime, until: datetime, after: str
) -> list[Event]:
    values = {"since": since, "until": until, "after": after, "most": BATCH}
    rows = run(connection, "events_between", t=tenant_id, **values)
    return [msgspec.json.decode(event, type=Event) for (event,) in rows]


def _replay(
    connection: Connection,
    tenant_id: str,
    dialects: Dialects,
    endpoint: Subscription,
    events: Sequence[Event],
    now: datetime,
) -> Replayed:
    """Send a batch of events again. Webhooks that were never made are made now."""
    dialect = dialects[endpoint.dialect]
    ids = [event.id for event in events]
    made = _webhooks_of(connection, tenant_id, endpoint.dialect, ids)
    composed = {webhook.event_id for webhook in made}
    new = [event for event in events if event.id not in composed]
    if new:
        made += compose_webhooks(connection, tenant_id, [dialect], new, now)
    values = {"endpoint": endpoint.endpoint_id, "webhooks": [webhook.id for webhook in made]}
    again = run(connection, "redeliver_webhooks", t=tenant_id, now=now, **values).rowcount
    first = deliver(connection, tenant_id, made, events, [endpoint], now)
    return Replayed(again, first)


def _webhooks_of(
    connection: Connection, tenant_id: str, dialect: str, event_ids: Sequence[str]
) -> list[Made]:
    values = {"dialect": dialect, "event_ids": list(event_ids)}
    rows = run(connection, "webhooks_of_events", t=tenant_id, **values)
    return [Made(str(id_), str(event_id), *rest) for id_, event_id, *rest in rows]
