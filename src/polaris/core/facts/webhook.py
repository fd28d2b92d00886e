"""Webhook endpoints: the URLs to which events are sent."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from polaris.core.facts.row import Changing


class Signature(StrEnum):
    """How Polaris signs a message, so that the endpoint can check where it comes from."""

    JWT = "jwt"  # checked with the tenant's public key
    HMAC = "hmac"  # checked with a shared secret


class WebhookEndpoint(Changing, frozen=True, array_like=True, kw_only=True):
    """A URL to which events are sent."""

    table: ClassVar[str] = "webhook_endpoint"

    url: str
    signature: Signature = Signature.JWT
    name: str | None = None
    event_types: tuple[str, ...] | None = None  # names of the dialect; None: all events
    created_at: datetime
    deleted_at: datetime | None = None
