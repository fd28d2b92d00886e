"""Lago's webhooks as they are sent: composed with the wallets that they show, and signed."""

from datetime import datetime

from polaris.core.decision import Facts
from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.invoice import Line
from polaris.core.facts.wallet import Lot, Wallet
from polaris.core.facts.webhook import Signature
from polaris.delivery.dialect import Connection, Origin, WebhookDialect
from polaris.delivery.shape import Webhook
from polaris.dialects.lago.rules.settings import NAME
from polaris.dialects.lago.webhooks import attempts
from polaris.dialects.lago.webhooks.kinds import SUBSCRIBABLE, TYPES
from polaris.dialects.lago.webhooks.shape import shaped
from polaris.dialects.lago.webhooks.wallets import NO_WALLETS, Wallets
from polaris.store.read import wallets


def compose(event: Event, facts: Facts, connection: Connection) -> list[Webhook]:
    """Return the webhooks of an event. The rows of its wallets are added to the facts."""
    ids = _wallets_of(event, facts)
    if not ids:
        return shaped(event, facts, facts.tenant_id, NO_WALLETS)
    found = wallets.wallets(connection, facts.tenant_id, ids, event.at)
    pages = [wallets.history(connection, facts.tenant_id, wallet_id) for wallet_id in ids]
    facts.add(found.facts.tables[Wallet].values())
    happenings = [row for page in pages for row in page.rows]
    return shaped(event, facts, facts.tenant_id, Wallets(found.sums, happenings))


def _wallets_of(event: Event, facts: Facts) -> set[str]:
    """Return the ids of the wallets that the webhooks of an event show."""
    if event.subject == Wallet.table:
        return {event.subject_id}
    if event.subject == Lot.table:
        lots = (row for row in facts.tables[Lot].values() if isinstance(row, Lot))
        return {lot.wallet_id for lot in lots if lot.id == event.subject_id}
    if event.kind is EventKind.INVOICE_FINALIZED:
        lines = (row for row in facts.tables[Line].values() if isinstance(row, Line))
        own = (line for line in lines if line.invoice_id == event.subject_id)
        return {line.wallet_id for line in own if line.wallet_id}
    return set()


def body(webhook: Webhook, _id: str, _made_at: datetime, _origin: Origin) -> bytes:
    """Return the body: the payload alone."""
    return webhook.body


DIALECT = WebhookDialect(
    name=NAME,
    types=TYPES,
    subscribable=SUBSCRIBABLE,
    compose=compose,
    body=body,
    signatures={Signature.JWT: ("rsa",), Signature.HMAC: ("hmac",)},
    headers=attempts.headers,
    verify=attempts.verify,
    delay_seconds=attempts.delay_seconds,
    delivered=attempts.DELIVERED.__contains__,
    timeout_seconds=attempts.TIMEOUT_SECONDS,
    tenant_keys=True,
)
"""Lago's webhooks, to be sent. All endpoints of a tenant share its keys."""
