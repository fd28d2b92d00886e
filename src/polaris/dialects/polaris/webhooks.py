"""Polaris's own webhooks, in the form of Standard Webhooks.

The type of a webhook is the name of the event. Source of the form, of the signature and of the
schedule: the specification of Standard Webhooks.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from standardwebhooks.webhooks import Webhook as Signer
from standardwebhooks.webhooks import WebhookVerificationError

from polaris.core.decision import Facts
from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.webhook import Signature
from polaris.delivery.dialect import Connection, Message, Origin, Reply, WebhookDialect
from polaris.delivery.shape import Webhook

NAME = "standard"

TYPES: dict[EventKind, tuple[str, ...]] = {kind: (str(kind),) for kind in EventKind}
SECONDS, MINUTES, HOURS = 1.0, 60.0, 3600.0
DELAYS = (
    *(5 * SECONDS, 5 * MINUTES, 30 * MINUTES),
    *(2 * HOURS, 5 * HOURS, 10 * HOURS, 14 * HOURS, 20 * HOURS, 24 * HOURS),
)
"""The waiting times between the attempts: ten attempts within about three days."""


def compose(event: Event, _facts: Facts, _connection: Connection) -> list[Webhook]:
    """Return the webhook of an event: its subject before and after the change.

    Amounts are minor units. Both images contain the subject's `version`, so receivers can tell
    which of two webhooks about one subject is newer.
    """
    payload = {
        "type": str(event.kind),
        "timestamp": event.at,
        "data": {
            "event_id": event.id,
            "customer_id": event.customer_id,
            "invoice_id": event.invoice_id,
            "subject": event.subject,
            "subject_id": event.subject_id,
            "before": event.before,
            "after": event.after,
        },
    }
    return [Webhook(event.id, str(event.kind), payload)]


def body(webhook: Webhook, _id: str, _made_at: datetime, _origin: Origin) -> bytes:
    """Return the body: the payload alone."""
    return msgspec.json.encode(webhook.payload)


def headers(message: Message) -> dict[str, str]:
    """Return the headers of an attempt, with one signature for each valid key."""
    text = message.body.decode()
    signed = [Signer(key.secret).sign(message.id, message.at, text) for key in message.keys]
    return {
        "Content-Type": "application/json",
        "Webhook-Id": message.id,
        "Webhook-Timestamp": str(int(message.at.timestamp())),
        "Webhook-Signature": " ".join(signed),
    }


def verify(headers: Mapping[str, str], body: bytes, key: str) -> str | None:
    """Return why a webhook that was received cannot be trusted, or None."""
    try:
        Signer(key).verify(body, dict(headers), json_parse=False)
    except WebhookVerificationError as fault:
        return f"{fault}."
    return None


def delay_seconds(attempt: int, _reply: Reply, chance: float, _origin: Origin) -> float | None:
    """Return the seconds until the next attempt, up to a tenth more by chance; None at the end."""
    if attempt > len(DELAYS):
        return None
    return DELAYS[attempt - 1] * (1 + chance / 10)


def delivered(status: int) -> bool:
    """Return whether the endpoint has accepted the webhook."""
    return 200 <= status < 300


DIALECT = WebhookDialect(
    name=NAME,
    types=TYPES,
    subscribable=frozenset(map(str, EventKind)),
    compose=compose,
    body=body,
    signatures={Signature.HMAC: ("hmac",)},
    headers=headers,
    verify=verify,
    delay_seconds=delay_seconds,
    delivered=delivered,
    needs_facts=False,
    gone=frozenset({410}),
)
