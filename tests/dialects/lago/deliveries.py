"""Webhooks composed from the stored events: right after the events, or later."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from dialects.lago.books import Books
from polaris.core.facts.event import Event
from polaris.delivery.shape import Webhook, event_scope
from polaris.dialects.lago.webhooks import DIALECT
from polaris.store.engine.load import load, resolve
from polaris.store.read import events


def at_once(books: Books, done: Callable[[], object]) -> list[Webhook]:
    """Call `done`; return the webhooks of its events, composed at once."""
    return late(books, happened(books, done))


def happened(books: Books, done: Callable[[], object]) -> list[Event]:
    """Call `done`; return its events, in order."""
    before = {event.id for event in _newest(books)}
    done()
    fresh = [event for event in _newest(books) if event.id not in before]
    return sorted(fresh, key=lambda event: (event.at, event.position))


def _newest(books: Books) -> list[Event]:
    with books.database.connect() as connection:
        return events.newest_events(connection, books.tenant_id, 1000)


def late(books: Books, written: Iterable[Event]) -> list[Webhook]:
    """Return the webhooks of events, composed from the rows as they are now."""
    return [webhook for event in written for webhook in composed(books, event)]


def composed(books: Books, event: Event) -> list[Webhook]:
    """Return the webhooks of one event."""
    with books.database.connect() as connection:
        scope = resolve(connection, books.tenant_id, event_scope(event))
        facts = load(connection, books.tenant_id, scope).facts
        return DIALECT.compose(event, facts, connection)


def sent(webhooks: list[Webhook], webhook_type: str) -> Any:
    """Return the object in the only webhook of this type, as a receiver reads it."""
    (webhook,) = [one for one in webhooks if one.type == webhook_type]
    read = json.loads(webhook.body)
    return read[read["object_type"]]
