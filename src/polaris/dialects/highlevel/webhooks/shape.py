"""The webhooks of an event, and the envelope around the invoice in them."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from polaris.core.decision import Facts
from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.invoice import Invoice, Settlement, SettlementKind, Status
from polaris.core.facts.payment import Payment
from polaris.core.view import View
from polaris.delivery.dialect import Origin
from polaris.delivery.shape import Condition, Payload, Webhook, compose, was_changed, was_created
from polaris.dialects.highlevel.responses.formats import short_id, stamp
from polaris.dialects.highlevel.rules.settings import settings_of
from polaris.dialects.highlevel.webhooks.bodies import body
from polaris.dialects.highlevel.webhooks.kinds import CREATE, DELETE, PARTLY_PAID, TYPES


def shaped(event: Event, facts: Facts) -> list[Webhook]:
    """Return the webhooks of an event; `facts` may have been read at any later time."""

    def composed(name: str, event: Event, view: View) -> Iterator[Payload]:
        for row in concerned(event, view):
            yield body(name, event, view, row)

    return compose(event, facts, TYPES, ONLY_IF, composed)


def enveloped(webhook: Webhook, webhook_id: str, made_at: datetime, origin: Origin) -> bytes:
    """Return the body: one flat object with the envelope's fields before the invoice's.

    A receiver knows a repetition by the id, and refuses an old message by the time. Both are
    signed, so they stay the same in every attempt.
    """
    envelope = {
        "type": webhook.type,
        "appId": settings_of(origin.details).app_id,
        "locationId": short_id(origin.tenant_id),
        "webhookId": webhook_id,
        "timestamp": stamp(made_at),
    }
    return msgspec.json.encode({**envelope, **webhook.payload})


# ---------------------------------------------------------------- which invoices, and whether


def concerned(event: Event, view: View) -> Iterator[Invoice]:
    """Yield the invoices that the event is about.

    A payment that goes back may leave several invoices. One that it had settled whole has an event
    of its own.
    """
    if event.subject == Invoice.table:
        yield view.the(Invoice, event.subject_id)
    elif event.kind is EventKind.PAYMENT_APPLIED:
        yield view.the(Invoice, str(event.after["invoice_id"]))
    else:
        for part in left_invoices(event, view):
            row = view.the(Invoice, part.invoice_id)
            if row.status is Status.FINALIZED and row.outstanding_minor > part.amount_minor:
                yield row


def left_invoices(event: Event, view: View) -> list[Settlement]:
    """Return the settlements by payments that the event ended."""
    if event.subject == Payment.table:
        parts = view.of(Settlement, "source_id", event.subject_id)
    else:
        parts = [view.the(Settlement, event.subject_id)]
    return [
        part
        for part in parts
        if part.kind is SettlementKind.PAYMENT and part.removed_at == event.at
    ]


def still_due(event: Event, view: View) -> bool:
    """True if the payment did not settle the whole invoice."""
    return view.the(Invoice, str(event.after["invoice_id"])).outstanding_minor > 0


def is_first_seen(event: Event, view: View) -> bool:
    """True for a draft, and for an invoice that was issued without one."""
    return event.kind is EventKind.INVOICE_DRAFTED or was_created(event, view)


ONLY_IF: dict[str, Condition] = {
    CREATE: is_first_seen,
    DELETE: was_changed,  # one that was skipped as it was issued was never seen
    PARTLY_PAID: still_due,
}
"""The conditions of webhook types; types that are not listed are always sent."""
