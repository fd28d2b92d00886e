"""Webhooks composed from the stored events, at once or later, as they would be sent."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from dialects.highlevel.books import Books
from dialects.lago.deliveries import happened
from polaris.core.facts.event import Event
from polaris.core.facts.tenant import Settings
from polaris.core.facts.webhook import Signature
from polaris.delivery import signing
from polaris.delivery.dialect import Message, Origin, SigningKey
from polaris.delivery.shape import Webhook, event_scope
from polaris.dialects.highlevel.webhooks import DIALECT
from polaris.store.engine.load import load, resolve

MADE_AT = datetime(2026, 3, 4, 10, 0, 0, 250_000, tzinfo=UTC)
WEBHOOK_ID = "01990000-0000-7000-8000-00000000abcd"


class Sent(NamedTuple):
    """A webhook, its body, and the body as a receiver reads it."""

    webhook: Webhook
    body: bytes
    read: Any

    @property
    def type(self) -> str:
        """The type of the webhook."""
        return self.webhook.type


def told(books: Books, doing: Callable[[], object]) -> list[Sent]:
    """Call `doing`; return the webhooks of its events, composed at once."""
    return late(books, happened(books, doing))


def late(books: Books, written: Iterable[Event]) -> list[Sent]:
    """Return the webhooks of events, composed from the rows as they are now."""
    return [one for event in written for one in composed(books, event)]


def composed(books: Books, event: Event) -> list[Sent]:
    """Return the webhooks of one event."""
    with books.database.connect() as connection:
        scope = resolve(connection, books.tenant_id, event_scope(event))
        facts = load(connection, books.tenant_id, scope).facts
        webhooks = DIALECT.compose(event, facts, connection)
    origin = Origin(books.tenant_id, facts.tenant.settings, facts.tenant.details)
    bodies = [DIALECT.body(one, WEBHOOK_ID, MADE_AT, origin) for one in webhooks]
    pairs = zip(webhooks, bodies, strict=True)
    return [Sent(webhook, body, json.loads(body)) for webhook, body in pairs]


def origin_with(**settings: object) -> Origin:
    """A tenant with these settings of the dialect."""
    return Origin("01990000-0000-7000-8000-000000000001", Settings(), {"highlevel": settings})


class Keys(NamedTuple):
    """The keys of an endpoint."""

    ed25519: SigningKey
    rsa: SigningKey

    @classmethod
    def new(cls) -> "Keys":
        """Make a key of each kind."""
        made = {"ed25519": signing.new_ed25519_key(), "rsa": signing.new_rsa_key()}
        return cls(
            **{kind: SigningKey(kind, key, signing.public_key(key)) for kind, key in made.items()}
        )

    def headers(self, body: bytes) -> dict[str, str]:
        """The headers that go out with a body."""
        message = Message(WEBHOOK_ID, "", body, MADE_AT, Signature.ED25519, self, "")
        return DIALECT.headers(message)
