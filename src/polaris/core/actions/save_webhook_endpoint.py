"""Create, change, pause, resume and delete webhook endpoints."""

from msgspec import UNSET

from polaris.core.commands import (
    DeleteWebhookEndpoint,
    PauseWebhookEndpoint,
    ResumeWebhookEndpoint,
    SaveWebhookEndpoint,
)
from polaris.core.commands.base import or_none, set_fields
from polaris.core.decision import Decision
from polaris.core.facts.event import EventKind
from polaris.core.facts.webhook import PauseReason, Signature, WebhookEndpoint


def save(decision: Decision, command: SaveWebhookEndpoint) -> None:
    """Create a webhook endpoint, or change the given fields."""
    before = decision.get(WebhookEndpoint, command.webhook_endpoint_id)
    fields = set_fields(command, "url", "name", "event_types")
    if command.signature is not UNSET:
        fields["signature"] = Signature(command.signature)
    base = before or WebhookEndpoint(
        id=command.webhook_endpoint_id,
        url=or_none(command.url) or "",
        dialect=or_none(command.dialect) or "",
        created_at=decision.at,
    )
    decision.emit(EventKind.WEBHOOK_ENDPOINT_SAVED, before, decision.change(base, **fields))


def delete(decision: Decision, command: DeleteWebhookEndpoint) -> None:
    """Delete a webhook endpoint; it gets no more events."""
    before = decision.the(WebhookEndpoint, command.webhook_endpoint_id)
    after = decision.change(before, deleted_at=decision.at)
    decision.emit(EventKind.WEBHOOK_ENDPOINT_DELETED, before, after)


def pause(decision: Decision, command: PauseWebhookEndpoint) -> None:
    """Let the webhooks of an endpoint wait."""
    reason = PauseReason(command.reason)
    _change(decision, command.webhook_endpoint_id, paused_at=decision.at, paused_reason=reason)


def resume(decision: Decision, command: ResumeWebhookEndpoint) -> None:
    """Send the webhooks of a paused endpoint again."""
    active = {"paused_at": None, "paused_reason": None, "resumed_at": decision.at}
    _change(decision, command.webhook_endpoint_id, **active)


def _change(decision: Decision, endpoint_id: str, **fields: object) -> None:
    before = decision.the(WebhookEndpoint, endpoint_id)
    after = decision.change(before, **fields)
    decision.emit(EventKind.WEBHOOK_ENDPOINT_SAVED, before, after)
