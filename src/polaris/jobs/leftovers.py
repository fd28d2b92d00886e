"""Rows that have no use any more: ended sign-ins, and old idempotency keys."""

from datetime import datetime

from polaris.api.idempotency import KEPT
from polaris.jobs.in_sets import delete_in_batches
from polaris.jobs.job import Workplace
from polaris.operators.throttle import OF_ADDRESS, OF_PERSON
from polaris.store.periodic import run
from polaris.store.read import tenants

BATCH = 1000


def delete_ended_sign_ins(place: Workplace, at: datetime) -> int:
    """Delete expired sessions and links, and forgotten failures. Return how many rows."""
    forgotten = at - max(OF_PERSON.forgotten_after, OF_ADDRESS.forgotten_after)
    with place.database.connect() as connection:
        connection.autocommit = True
        return (
            run(connection, "delete_ended_sessions", at=at).rowcount
            + run(connection, "delete_ended_links", at=at).rowcount
            + run(connection, "delete_old_attempts", at=at, before=forgotten).rowcount
        )


def delete_old_idempotency_keys(place: Workplace, at: datetime) -> int:
    """Delete the answers that are kept no longer. Return how many."""
    before = at - KEPT
    with place.database.connect() as connection:
        connection.autocommit = True
        ids = [tenant.id for tenant in tenants.tenants(connection)]
        return sum(
            delete_in_batches(
                place, connection, "delete_idempotency_keys", BATCH, t=id_, before=before
            )
            for id_ in ids
        )
