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
