"""HighLevel's webhooks: the events that it sends, their bodies, headers and retry times."""

from polaris.core.decision import Facts
from polaris.core.facts.event import Event
from polaris.core.facts.webhook import Signature
from polaris.delivery.dialect import Connection, WebhookDialect
from polaris.delivery.shape import Webhook
from polaris.dialects.highlevel.rules.settings import NAME
from polaris.dialects.highlevel.webhooks import attempts
from polaris.dialects.highlevel.webhooks.kinds import SUBSCRIBABLE, TYPES
from polaris.dialects.highlevel.webhooks.shape import enveloped, shaped

__all__ = ["DIALECT", "TYPES"]


def compose(event: Event, facts: Facts, _connection: Connection) -> list[Webhook]:
    """Return the webhooks of an event."""
    return shaped(event, facts)


DIALECT = WebhookDialect(
    name=NAME,
    types=TYPES,
    subscribable=SUBSCRIBABLE,
    compose=compose,
    body=enveloped,
    signatures={Signature.ED25519: attempts.KEYS},
    headers=attempts.headers,
    delay_seconds=attempts.delay_seconds,
    verify=attempts.verify,
    delivered=attempts.delivered,
    timeout_seconds=attempts.TIMEOUT_SECONDS,
)
"""HighLevel's webhooks, to be sent. Each endpoint has two keys, and each body two signatures."""
