"""Webhook endpoints: the addresses that are told of events."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from polaris.core.facts.row import Changing


class Signature(StrEnum):
    """How an endpoint can tell that a message is ours."""

    JWT = "jwt"  # by the tenant's public key
    HMAC = "hmac"  # by a secret that both know


class WebhookEndpoint(Changing, frozen=True, array_like=True, kw_only=True):
    """An address that is told of events."""

    table: ClassVar[str] = "webhook_endpoint"

    url: str
    signature: Signature = Signature.JWT
    name: str | None = None
    event_types: tuple[str, ...] | None = None  # as its dialect calls them; none: all
    created_at: datetime
    deleted_at: datetime | None = None
