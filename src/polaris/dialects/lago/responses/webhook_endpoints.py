"""A webhook endpoint in Lago's JSON."""

from polaris.core.facts.webhook import WebhookEndpoint
from polaris.core.view import View
from polaris.dialects.lago.responses.formats import stamp


def webhook_endpoint(view: View, row: WebhookEndpoint) -> dict[str, object]:
    """Return the endpoint; without event types it receives all of them."""
    return {
        "lago_id": row.id,
        "lago_organization_id": view.tenant.id,
        "webhook_url": row.url,
        "signature_algo": row.signature.value,
        "name": row.name,
        "event_types": row.event_types,
        "created_at": stamp(row.created_at),
    }
