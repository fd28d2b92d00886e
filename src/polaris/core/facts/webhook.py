"""Webhook endpoints: the URLs to which events are sent."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from polaris.core.facts.row import Changing


class Signature(StrEnum):
    """How a webhook is signed, so that the endpoint can check where it comes from."""

    JWT = "jwt"  # checked with the tenant's public key
    HMAC = "hmac"  # checked with a shared secret
    ED25519 = "ed25519"  # checked with the endpoint's public key


class PauseReason(StrEnum):
    """Why an endpoint is paused. Its webhooks wait until it is resumed."""

    REQUESTED = "requested"  # somebody paused it
    FAILING = "failing"  # every attempt has failed for too long
    GONE = "gone"  # the endpoint answered that it wants no more webhooks


class WebhookEndpoint(Changing, frozen=True, array_like=True, kw_only=True):
    """A URL to which events are sent."""

    table: ClassVar[str] = "webhook_endpoint"

    url: str
    signature: Signature = Signature.JWT
    name: str | None = None
    event_types: tuple[str, ...] | None = None  # names of the dialect; None: all events
    created_at: datetime
    deleted_at: datetime | None = None
    dialect: str = ""  # whose types, bodies and headers the webhooks have
    events_since: datetime | None = None  # earlier events are sent only by a replay
    paused_at: datetime | None = None
    paused_reason: PauseReason | None = None
    resumed_at: datetime | None = None  # the last time; earlier failures do not count any more
