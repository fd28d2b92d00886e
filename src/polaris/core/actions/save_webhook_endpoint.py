"""Create, change and delete the addresses that are told of events."""

from msgspec import UNSET

from polaris.core.commands import DeleteWebhookEndpoint, SaveWebhookEndpoint
from polaris.core.commands.base import or_none, set_fields
from polaris.core.decision import Decision
from polaris.core.facts.event import EventKind
from polaris.core.facts.webhook import Signature, WebhookEndpoint


def save(decision: Decision, command: SaveWebhookEndpoint) -> None:
    """The endpoint shall have these fields; the ones not given stay."""
    before = decision.get(WebhookEndpoint, command.webhook_endpoint_id)
    fields = set_fields(command, "url", "name", "event_types")
    if command.signature is not UNSET:
        fields["signature"] = Signature(command.signature)
    base = before or WebhookEndpoint(
        id=command.webhook_endpoint_id, url=or_none(command.url) or "", created_at=decision.at
    )
    decision.emit(EventKind.WEBHOOK_ENDPOINT_SAVED, before, decision.change(base, **fields))


def delete(decision: Decision, command: DeleteWebhookEndpoint) -> None:
    """From now on the address is told nothing."""
    before = decision.the(WebhookEndpoint, command.webhook_endpoint_id)
    after = decision.change(before, deleted_at=decision.at)
    decision.emit(EventKind.WEBHOOK_ENDPOINT_DELETED, before, after)
