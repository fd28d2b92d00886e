"""Commands about webhook endpoints."""

from polaris.core.commands.base import Command


class SaveWebhookEndpoint(Command, frozen=True, kw_only=True):
    """Tell an address of events, or change the fields that are given."""

    webhook_endpoint_id: str
    url: str | None = None  # required for a new one
    signature: str | None = None  # jwt, which is the default, or hmac
    name: str | None = None  # empty: none
    event_types: tuple[str, ...] | None = None  # as its dialect calls them; empty: all


class DeleteWebhookEndpoint(Command, frozen=True, kw_only=True):
    """Tell an address nothing any more."""

    webhook_endpoint_id: str
