"""Deliveries that a process takes to send them, and the results that it records."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from polaris.core.facts.webhook import Signature
from polaris.delivery.dialect import Connection
from polaris.store.webhooks import as_json, run


class DueEndpoint(NamedTuple):
    """An endpoint to which a webhook is due."""

    tenant_id: str
    id: str
    dialect: str
    url: str
    signature: Signature


class Claimed(NamedTuple):
    """A delivery that this process sends. Other processes leave it alone for a while."""

    id: str
    webhook_id: str
    failures: int  # failed attempts since the delivery was last begun
    type: str
    body: bytes


class Attempt(NamedTuple):
    """An attempt that has ended. Times are UTC."""

    id: str
    tenant_id: str
    endpoint_id: str
    delivery_id: str
    started_at: datetime
    ended_at: datetime
    duration_ms: int
    status: int | None
    error: str | None
    response_body: str | None
    delivered: bool
    gone: bool  # the endpoint wants no more webhooks
    due_at: datetime | None  # of the next attempt; None: delivered, or failed for good


class Health(NamedTuple):
    """How the latest attempts at an endpoint ended."""

    endpoint_id: str
    succeeded_at: datetime | None
    failed_at: datetime | None
    gone_at: datetime | None


def due_endpoints(connection: Connection, tenant_id: str, now: datetime) -> list[DueEndpoint]:
    """Return the endpoints of a tenant to which a webhook is due. Paused ones are left out."""
    rows = run(connection, "endpoints_due", t=tenant_id, now=now)
    return [
        DueEndpoint(tenant_id, str(id_), dialect, url, Signature(signature))
        for id_, dialect, url, signature in rows
    ]


def claim(
    connection: Connection,
    endpoint: DueEndpoint,
    most: int,
    in_order: bool,
    now: datetime,
    lease: timedelta,
) -> list[Claimed]:
    """Take at most `most` due deliveries of an endpoint for the time of the lease.

    `in_order`: leave out a delivery that an earlier one of its invoice precedes.
    """
    values = {
        "t": endpoint.tenant_id,
        "endpoint": endpoint.id,
        "now": now,
        "until": now + lease,
        "most": most,
        "in_order": in_order,
    }
    rows = run(connection, "claim", **values).fetchall()
    wanted = [webhook_id for _, webhook_id, _ in rows]
    found = run(connection, "bodies", t=endpoint.tenant_id, webhooks=wanted)
    bodies = {id_: (type_, body.encode()) for id_, type_, body in found}
    return sorted(
        Claimed(str(id_), str(webhook_id), failures, *bodies[webhook_id])
        for id_, webhook_id, failures in rows
    )


def record(connection: Connection, tenant_id: str, attempts: Sequence[Attempt]) -> None:
    """Record attempts of one tenant in one transaction."""
    with connection.transaction():
        ordered = sorted(attempts, key=lambda attempt: attempt.delivery_id)
        run(connection, "insert_attempts", t=tenant_id, attempts=as_json(ordered))
        run(connection, "save_health", t=tenant_id, health=as_json(_health(attempts)))


def _health(attempts: Iterable[Attempt]) -> list[Health]:
    found: dict[str, Health] = {}
    for attempt in sorted(attempts, key=lambda attempt: attempt.ended_at):
        named = attempt.endpoint_id
        before = found.get(named, Health(named, None, None, None))
        if attempt.delivered:
            found[named] = before._replace(succeeded_at=attempt.ended_at, gone_at=None)
        else:
            gone_at = attempt.ended_at if attempt.gone else before.gone_at
            found[named] = before._replace(failed_at=attempt.ended_at, gone_at=gone_at)
    return [found[endpoint_id] for endpoint_id in sorted(found)]
