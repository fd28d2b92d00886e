"""The webhooks of an event in Lago's envelope, with the body under its object type."""

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
    """Return the webhooks of an event; `facts` may have been read at any later time.

    `wallets` holds the sums and history of the event's wallet, read by `store.read.wallets`.
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


# ---------------------------------------------------------------- conditions of types


def _payment_status_changed(event: Event, view: View) -> bool:
    """False for changes made by finalizing: they are part of the created invoice."""
    if event.kind is EventKind.INVOICE_ANNOTATED:
        field = "payment_status_asserted"
        return event.after[field] is not None and field_changed(event, field)
    return view.the(Invoice, event.subject_id).finalized_at != event.at


def _landed(event: Event, _: View) -> bool:
    """True if the credits were bought by an invoice, and so had a webhook already."""
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
"""The conditions of webhook types; types that are not listed are always sent."""
