"""Find rows by their state, and perform a command on each of them, in sets."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from polaris.core.commands import Command
from polaris.core.fold import Request
from polaris.engine import new_id
from polaris.jobs.job import ACTOR, Workplace
from polaris.store.periodic import run
from polaris.store.read import tenants

MOST = 256
"""How many rows are found, and how many commands are performed, in one transaction."""

NOBODY = "00000000-0000-0000-0000-000000000000"
FURTHEST = timedelta(hours=14)
"""How far the local time of any time zone is ahead of UTC."""

Connection = psycopg.Connection[Any]


class Found(NamedTuple):
    """A row on which a command may have to be performed."""

    id: str
    version: int
    due: Any  # the date or the time (UTC) by which it was found; rows are sorted by it
    timezone: str | None = None  # IANA, if the day counts there


def perform_in_sets(
    place: Workplace,
    at: datetime,
    block: str,
    command_for: Callable[[Found], Command | None],
) -> int:
    """Perform a command on each row that a block finds, for every tenant. Return how many.

    `command_for` returns None for a row that is not due yet. The requests are made at `at` (UTC).
    """
    done = 0
    with place.database.connect() as connection:
        connection.autocommit = True
        for tenant in tenants.tenants(connection):
            for page in _pages(place, connection, tenant.id, block, at):
                commands = [(found, command_for(found)) for found in page]
                requests = [_request(found, it, at) for found, it in commands if it is not None]
                outcomes = place.engine.perform(tenant.id, requests)
                done += sum(outcome.done and not outcome.replayed for outcome in outcomes)
    return done


def _pages(
    place: Workplace, connection: Connection, tenant_id: str, block: str, at: datetime
) -> Iterator[list[Found]]:
    """Yield the rows in their order. A row that stays as it is does not come twice."""
    values = {"at": at, "latest_day": (at + FURTHEST).date(), "most": MOST}
    after: dict[str, object] = {"after_due": "0001-01-01", "after_id": NOBODY}
    while not place.stopping.is_set():
        rows = run(connection, block, t=tenant_id, **values, **after)
        page = [Found(*row) for row in rows]
        if page:
            yield page
        if len(page) < MOST:
            return
        after = {"after_due": page[-1].due, "after_id": page[-1].id}


def _request(found: Found, command: Command, at: datetime) -> Request:
    """Return a request that is done once for a state of the row, even by two processes at once."""
    key = f"{ACTOR}/{type(command).__name__}/{found.id}/{found.version}"
    return Request(
        id=new_id(),
        command=command,
        at=at,
        actor=ACTOR,
        administrator=True,
        key=key,
        fingerprint=key,
    )


def delete_in_batches(
    place: Workplace, connection: Connection, block: str, most: int, **values: object
) -> int:
    """Run a block that deletes at most `most` rows until it finds no more. Return how many.

    Each batch is committed by itself, if the connection commits automatically.
    """
    deleted = 0
    while not place.stopping.is_set():
        count = run(connection, block, most=most, **values).rowcount
        deleted += count
        if count < most:
            break
    return deleted
