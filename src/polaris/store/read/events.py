"""Events of a tenant: the newest ones, those of some commands, and later changes of rows."""

from collections.abc import Collection

import msgspec

from polaris.core.commands.text import ID
from polaris.core.facts.event import Event
from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/events.sql")


def newest_events(connection: Connection, tenant_id: str, limit: int = 20) -> list[Event]:
    """Return the newest `limit` events, sorted from the oldest to the newest."""
    values = {"t": tenant_id, "limit": limit}
    newest = tuples_found(connection, BLOCKS["events_newest"], values)
    return [msgspec.json.decode(event, type=Event) for (event,) in newest][::-1]


def events_of_commands(
    connection: Connection, tenant_id: str, keys: Collection[str]
) -> list[Event]:
    """Return the events of the commands with these idempotency keys, in the order of decision."""
    values = {"t": tenant_id, "keys": list(keys)}
    found = tuples_found(connection, BLOCKS["events_of_commands"], values)
    return [msgspec.json.decode(event, type=Event) for (event,) in found]


def first_changes(
    connection: Connection,
    tenant_id: str,
    after: str,
    ids: Collection[str] = (),
    tables: Collection[str] = (),
) -> list[Event]:
    """Return the first event after the event `after` about each of these rows or tables.

    Its image `before` is the row as it was at the time of the event `after`.
    """
    uuids = [row_id for row_id in ids if ID.fullmatch(row_id)]  # other ids are names
    values = {"t": tenant_id, "after": after, "ids": uuids, "tables": list(tables)}
    found = tuples_found(connection, BLOCKS["first_changes"], values)
    return [msgspec.json.decode(event, type=Event) for (event,) in found]
