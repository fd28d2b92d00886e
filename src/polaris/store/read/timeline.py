"""The timeline of an invoice: each request about it, with the events that it caused."""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

import msgspec

from polaris.core.facts.event import Event
from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/timeline.sql")
LONGEST = 500
"""The number of requests, and of events, that are read: the newest."""


MOST_CHANGES = 20
"""The number of changes that `changes_since` returns at most."""


class Change(NamedTuple):
    """A request that was done: when, by whom, and its command."""

    at: datetime
    actor: str
    command: str


class Happening(NamedTuple):
    """A request from the audit log, with its events in order."""

    audit_id: str
    command_id: str
    at: datetime
    actor: str
    command: str
    outcome: str  # done, refused, broken
    refusals: list[str] | None  # their codes
    request: str  # the command as it was sent, JSON
    sealed_as: int | None  # its position in the chain of the audit log
    events: tuple[Event, ...] = ()


def timeline(connection: Connection, tenant_id: str, invoice_id: str) -> list[Happening]:
    """Return what happened to an invoice, the newest first."""
    values = {"t": tenant_id, "invoice_id": invoice_id, "limit": LONGEST}
    events: dict[str, list[Event]] = defaultdict(list)
    for (text,) in tuples_found(connection, BLOCKS["events_of_invoice"], values):
        event = msgspec.json.decode(text, type=Event)
        events[event.command_id].insert(0, event)
    rows = tuples_found(connection, BLOCKS["audit_of_invoice"], values)
    return [Happening(*row)._replace(events=tuple(events[row[1]])) for row in rows]


def changes_since(
    connection: Connection,
    tenant_id: str,
    invoice_id: str | None,
    customer_id: str,
    since: datetime,
) -> list[Change]:
    """Return what was done since a time (UTC) to an invoice, its customer or the tenant's settings.

    The newest is first. Without an invoice, only the customer and the settings count.
    """
    values = {
        "t": tenant_id,
        "invoice_id": invoice_id,
        "customer_id": customer_id,
        "since": since,
        "limit": MOST_CHANGES,
    }
    return [Change(*row) for row in tuples_found(connection, BLOCKS["changes_since"], values)]


def last_change_of(connection: Connection, tenant_id: str, subject_id: str) -> Change | None:
    """Return the newest change that the audit log has under this id, or None if it has none."""
    values = {"t": tenant_id, "subject_id": subject_id}
    rows = tuples_found(connection, BLOCKS["last_change_of"], values)
    return next((Change(*row) for row in rows), None)
