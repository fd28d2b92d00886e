"""The newest events of a tenant."""

import msgspec

from polaris.core.facts.event import Event
from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/events.sql")


def newest_events(connection: Connection, tenant_id: str, limit: int = 20) -> list[Event]:
    """Return the newest `limit` events, sorted from the oldest to the newest."""
    values = {"t": tenant_id, "limit": limit}
    newest = tuples_found(connection, BLOCKS["events_newest"], values)
    return [msgspec.json.decode(event, type=Event) for (event,) in newest][::-1]
