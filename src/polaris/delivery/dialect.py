"""What a dialect contributes to webhooks: types, bodies, headers, and when to try again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from polaris.core.decision import Facts
from polaris.core.facts.details import Details
from polaris.core.facts.event import Event
from polaris.core.facts.tenant import Settings
from polaris.core.facts.webhook import Signature
from polaris.delivery.shape import Types, Webhook

Connection = psycopg.Connection[Any]


class Origin(NamedTuple):
    """What a dialect needs to know about the tenant whose webhook is sent."""

    tenant_id: str
    settings: Settings
    details: Details  # includes the settings that the dialect declares


class SigningKey(NamedTuple):
    """A key that signs the webhooks to an endpoint."""

    kind: str  # hmac, ed25519 or rsa
    secret: str  # a shared secret, or a private key as PEM
    public_key: str | None = None  # as PEM; None for a shared secret


class Message(NamedTuple):
    """A webhook that is sent now. The id and the body are the same in every attempt."""

    id: str
    type: str
    body: bytes
    at: datetime  # the time of this attempt
    signature: Signature
    keys: Sequence[SigningKey]  # the valid ones, the oldest first
    issuer: str  # the public URL of this installation

    def key(self, kind: str) -> SigningKey:
        """Return the key of this kind that signs: the oldest, while a newer one is made known."""
        return next(key for key in self.keys if key.kind == kind)


class Reply(NamedTuple):
    """How an attempt ended. Without a status there was no answer, and `error` says why."""

    status: int | None
    error: str | None = None
    body: str = ""
    retry_after_seconds: float | None = None


class WebhookDialect(NamedTuple):
    """The webhooks of one dialect, as pure functions and tables."""

    name: str
    types: Types
    """The possible types of each event, or the reason why it has none."""

    subscribable: frozenset[str]
    """The types that an endpoint can choose."""

    compose: Callable[[Event, Facts, Connection], list[Webhook]]
    """Return the webhooks of an event. The facts are those of `event_scope`, read at any later
    time; the connection is for what facts do not contain."""

    body: Callable[[Webhook, str, datetime, Origin], bytes]
    """Return the body to be sent, from a webhook, its id, and the time at which it was made (UTC).
    The body is stored, and later changes of the tenant do not change it."""

    signatures: Mapping[Signature, tuple[str, ...]]
    """The kinds of keys of an endpoint, for each possible signature. The first is the default."""

    headers: Callable[[Message], dict[str, str]]
    """Return the headers of an attempt, with its signatures."""

    delay_seconds: Callable[[int, Reply, float, Origin], float | None]
    """Return the seconds until the next attempt, or None if there is none, after a number of failed
    attempts. The third value is a random number from 0 to 1, so that webhooks which failed together
    are not sent again all at once."""

    verify: Callable[[Mapping[str, str], bytes, str], str | None]
    """Return why a webhook that was received cannot be trusted, as a sentence, or None if it can.
    Receives the headers by lower-case names, the body, and the secret or public key (PEM)."""

    delivered: Callable[[int], bool]
    """Return whether this status means that the webhook has arrived."""

    timeout_seconds: float = 15.0
    needs_facts: bool = True
    """Whether `compose` reads facts. Without them, more events are made into webhooks a second."""

    keeps_order: bool = True
    """Whether a webhook waits until the earlier ones of its invoice have arrived or failed."""

    tenant_keys: bool = False
    """Whether all endpoints of a tenant have the same keys, which never change."""

    gone: frozenset[int] = frozenset()
    """The statuses with which an endpoint says that it wants no more webhooks."""

    def signature(self, chosen: Signature) -> Signature:
        """Return the chosen signature if the dialect has it, and else the dialect's default."""
        return chosen if chosen in self.signatures else next(iter(self.signatures))
