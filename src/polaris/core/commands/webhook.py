"""Commands about webhook endpoints."""

from msgspec import UNSET

from polaris.core.commands.base import Command, Given


class SaveWebhookEndpoint(Command, frozen=True, kw_only=True):
    """Create a webhook endpoint, or change the given fields."""

    webhook_endpoint_id: str
    url: Given[str] = UNSET  # required for a new endpoint
    signature: Given[str] = UNSET  # jwt (the default) or hmac
    name: Given[str | None] = UNSET
    event_types: Given[tuple[str, ...] | None] = UNSET  # names of the dialect; None: all events


class DeleteWebhookEndpoint(Command, frozen=True, kw_only=True):
    """Delete a webhook endpoint; it gets no more events."""

    webhook_endpoint_id: str
