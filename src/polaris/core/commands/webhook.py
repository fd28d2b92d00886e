"""Commands about webhook endpoints."""

from msgspec import UNSET

from polaris.core.commands.base import Command, Given


class SaveWebhookEndpoint(Command, frozen=True, kw_only=True):
    """Tell an address of events, or change the fields that are given."""

    webhook_endpoint_id: str
    url: Given[str] = UNSET  # required for a new one
    signature: Given[str] = UNSET  # jwt, which is the default, or hmac
    name: Given[str | None] = UNSET
    event_types: Given[tuple[str, ...] | None] = UNSET  # as its dialect calls them; None: all


class DeleteWebhookEndpoint(Command, frozen=True, kw_only=True):
    """Tell an address nothing any more."""

    webhook_endpoint_id: str
