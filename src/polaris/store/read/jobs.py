"""Background jobs as they are shown: the latest run of each, and the webhooks that are left."""

from datetime import datetime
from typing import NamedTuple

from polaris.store.read import tenants
from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/jobs.sql")


class JobState(NamedTuple):
    """The latest run of a job. Times are UTC."""

    name: str
    status: str  # todo, doing, succeeded, failed, cancelled or aborted
    attempts: int
    at: datetime | None  # when it got this status
    ran_at: datetime | None  # when a run last began
    failed: int  # how many runs failed within the last day


class WebhookCounts(NamedTuple):
    """The webhooks that are not delivered."""

    waiting: int
    retrying: int  # of those that wait: how many have failed before
    failed: int


def job_states(connection: Connection) -> list[JobState]:
    """Return the state of every job that was queued within the last day."""
    return [JobState(*row) for row in tuples_found(connection, BLOCKS["jobs"], {})]


def webhook_counts(connection: Connection) -> WebhookCounts:
    """Return how many webhooks of all tenants are not delivered."""
    counts = [webhook_counts_of(connection, tenant.id) for tenant in tenants.tenants(connection)]
    return WebhookCounts(*map(sum, zip(*counts, strict=True))) if counts else WebhookCounts(0, 0, 0)


def webhook_counts_of(connection: Connection, tenant_id: str) -> WebhookCounts:
    """Return how many webhooks of one tenant are not delivered."""
    [counts] = tuples_found(connection, BLOCKS["webhook_counts"], {"t": tenant_id})
    return WebhookCounts(*counts)
