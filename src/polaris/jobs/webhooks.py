"""Webhook endpoints that fail for too long, and webhooks that ended long ago."""

from datetime import datetime, timedelta

from polaris.core.commands import PauseWebhookEndpoint
from polaris.delivery.publish import id_before
from polaris.engine import request
from polaris.jobs.in_sets import Connection
from polaris.jobs.job import ACTOR, Workplace
from polaris.store import periodic, webhooks
from polaris.store.read import tenants

BATCH = 1000


def pause_failing_endpoints(place: Workplace, at: datetime) -> int:
    """Pause endpoints that fail for too long, and those that want no more webhooks."""
    since = at - timedelta(hours=place.settings.webhooks_pause_after_hours)
    paused = 0
    with place.database.connect() as connection:
        connection.autocommit = True
        for tenant in tenants.tenants(connection):
            found = webhooks.run(connection, "endpoints_to_pause", t=tenant.id, since=since)
            requests = [
                request(
                    PauseWebhookEndpoint(
                        webhook_endpoint_id=str(id_), reason="gone" if gone else "failing"
                    ),
                    actor=ACTOR,
                    administrator=True,
                )
                for id_, gone in found.fetchall()
            ]
            outcomes = place.engine.perform(tenant.id, requests)
            paused += sum(outcome.done for outcome in outcomes)
    return paused


def end_deliveries(place: Workplace, at: datetime) -> int:
    """End the deliveries that wait for an endpoint that was deleted: they have failed."""
    with place.database.connect() as connection:
        connection.autocommit = True
        return sum(
            webhooks.run(connection, "end_deliveries", t=tenant.id, now=at).rowcount
            for tenant in tenants.tenants(connection)
        )


def delete_old_webhooks(place: Workplace, at: datetime) -> int:
    """Delete deliveries that ended long ago, with their attempts and bodies. Return how many.

    Deliveries that wait are kept. Events stay published, so nothing is sent again by itself; and a
    replay makes a webhook anew under its old id.
    """
    before = at - timedelta(days=place.settings.webhooks_keep_days)
    with place.database.connect() as connection:
        connection.autocommit = True
        ids = [tenant.id for tenant in tenants.tenants(connection)]
        return sum(_delete_of_tenant(place, connection, id_, before) for id_ in ids)


def _delete_of_tenant(
    place: Workplace, connection: Connection, tenant_id: str, before: datetime
) -> int:
    deleted, count = 0, BATCH
    while count == BATCH and not place.stopping.is_set():
        with connection.transaction():
            count = _delete_deliveries(connection, tenant_id, before)
        deleted += count
    after: str | None = id_before(datetime.fromtimestamp(0, before.tzinfo))
    while after and not place.stopping.is_set():
        with connection.transaction():
            after = _delete_webhooks(connection, tenant_id, before, after)
    return deleted


def _delete_deliveries(connection: Connection, tenant_id: str, before: datetime) -> int:
    """Delete a batch of ended deliveries with their attempts. Return how many deliveries."""
    values = {"t": tenant_id, "before": before, "most": BATCH}
    ids = [str(id_) for (id_,) in periodic.run(connection, "lock_ended_deliveries", **values)]
    periodic.run(connection, "delete_attempts", t=tenant_id, deliveries=ids)
    return periodic.run(connection, "delete_deliveries", t=tenant_id, deliveries=ids).rowcount


def _delete_webhooks(
    connection: Connection, tenant_id: str, before: datetime, after: str
) -> str | None:
    """Delete those webhooks of a batch that have no delivery. Return where the next one begins."""
    values = {"before": before, "below": id_before(before), "after": after, "most": BATCH}
    found = periodic.run(connection, "lock_old_webhooks", t=tenant_id, **values)
    ids = [str(id_) for (id_,) in found]
    # A statement of its own, so that it sees the deliveries that were made before the lock.
    periodic.run(connection, "delete_webhooks", t=tenant_id, webhooks=ids)
    return ids[-1] if len(ids) == BATCH else None
