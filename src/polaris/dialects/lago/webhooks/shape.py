"""The webhooks of an event in Lago's envelope: the body stands under its object type."""

from collections.abc import Iterable

from polaris.core.decision import Facts
from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.invoice import Invoice, InvoiceKind
from polaris.core.view import View
from polaris.delivery.shape import (
    Condition,
    Payload,
    Webhook,
    after_is,
    compose,
    field_changed,
    was_changed,
    was_created,
)
from polaris.dialects.lago.webhooks.bodies import OBJECTS, Shown
from polaris.dialects.lago.webhooks.kinds import TYPES
from polaris.dialects.lago.webhooks.wallets import NO_WALLETS, Wallets


def shaped(
    event: Event, facts: Facts, organization_id: str, wallets: Wallets = NO_WALLETS
) -> list[Webhook]:
    """What endpoints receive for an event, at whatever later time `facts` were read.

    `wallets` is what was read besides, by `store.read.wallets`, of the one wallet that it concerns.
    """

    def composed(name: str, event: Event, view: View) -> Iterable[Payload]:
        object_type = OBJECTS[name].object_type
        for body in OBJECTS[name].made(event, Shown(view, wallets)):
            yield {
                "webhook_type": name,
                "object_type": object_type,
                "organization_id": organization_id,
                object_type: body,
            }

    return compose(event, facts, TYPES, ONLY_IF, composed)


# ---------------------------------------------------------------- of several types, which


def _payment_status_changed(event: Event, view: View) -> bool:
    """Not while it is finalized: what settles it then belongs to its beginning."""
    if event.kind is EventKind.INVOICE_ANNOTATED:
        field = "payment_status_asserted"
        return event.after[field] is not None and field_changed(event, field)
    return view.the(Invoice, event.subject_id).finalized_at != event.at


def _landed(event: Event, _: View) -> bool:
    """Bought credits were told of when they were bought."""
    return event.after["invoice_id"] is not None


def _begun(event: Event, view: View) -> bool:
    if event.kind is EventKind.INVOICE_FINALIZED:
        return event.after["kind"] == InvoiceKind.TOP_UP
    return event.kind is not EventKind.CREDITS_PURCHASED or not _landed(event, view)


ONLY_IF: dict[str, Condition] = {
    "customer.created": was_created,
    "customer.updated": was_changed,
    "invoice.created": after_is("kind", InvoiceKind.SUBSCRIPTION),
    "invoice.one_off_created": after_is("kind", InvoiceKind.ONE_OFF),
    "invoice.paid_credit_added": after_is("kind", InvoiceKind.TOP_UP),
    "invoice.deleted": was_changed,  # one that was skipped as it was issued was never seen
    "invoice.payment_status_updated": _payment_status_changed,
    "wallet_transaction.created": _begun,
    "wallet_transaction.updated": _landed,
}
"""When an event is told as a type; the others always."""
