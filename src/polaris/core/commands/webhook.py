"""Commands about webhook endpoints."""

from msgspec import UNSET

from polaris.core.commands.base import Command, Given


class SaveWebhookEndpoint(Command, frozen=True, kw_only=True):
    """Create a webhook endpoint, or change the given fields."""

    webhook_endpoint_id: str
    url: Given[str] = UNSET  # required for a new endpoint
    dialect: Given[str] = UNSET  # required for a new endpoint, and never changed
    signature: Given[str] = UNSET  # jwt (the default), hmac or ed25519
    name: Given[str | None] = UNSET
    event_types: Given[tuple[str, ...] | None] = UNSET  # names of the dialect; None: all events


class DeleteWebhookEndpoint(Command, frozen=True, kw_only=True):
    """Delete a webhook endpoint; it gets no more events."""

    webhook_endpoint_id: str


class PauseWebhookEndpoint(Command, frozen=True, kw_only=True):
    """Stop sending to a webhook endpoint. Its webhooks wait until it is resumed."""

    webhook_endpoint_id: str
    reason: str = "requested"  # or failing, gone


class ResumeWebhookEndpoint(Command, frozen=True, kw_only=True):
    """Send to a paused webhook endpoint again, beginning with the webhooks that wait."""

    webhook_endpoint_id: str
