"""An event as Lago's webhooks: what it is told as, and around which body."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.invoice import Invoice, InvoiceKind
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.dialects.lago.webhooks.bodies import NO_WALLETS, OBJECTS, Body, Shown, Wallets
from polaris.dialects.lago.webhooks.kinds import TYPES, Declined

Asked = Callable[[Event, View], bool]


class Webhook(NamedTuple):
    """One thing to tell, before it is signed."""

    webhook_type: str
    object_type: str
    organization_id: str
    about: Body

    @property
    def body(self) -> bytes:
        """The JSON that is sent and signed: what it is about stands under its own type."""
        return msgspec.json.encode(
            {
                "webhook_type": self.webhook_type,
                "object_type": self.object_type,
                "organization_id": self.organization_id,
                self.object_type: self.about,
            }
        )


NAMED = {
    "customer": "customers",
    "invoice": "invoices",
    "payment": "payments",
    "credit_note": "notes",
    "refund": "refunds",
    "wallet": "wallets",
    "lot": "lots",
}
"""Where a scope takes the ids of what events tell of."""


def looked_at(event: Event) -> Scope:
    """What has to be read before an event can be told."""
    scope = Scope(booked=False)
    if event.subject in NAMED:
        getattr(scope, NAMED[event.subject]).add(event.subject_id)
    intended = event.after.get("intended")
    scope.invoices.update(intended if isinstance(intended, dict) else ())
    if event.invoice_id:
        scope.invoices.add(event.invoice_id)
    if event.customer_id:
        scope.customers.add(event.customer_id)
    return scope


def shaped(
    event: Event, view: View, organization_id: str, wallets: Wallets = NO_WALLETS
) -> list[Webhook]:
    """What endpoints are told of an event.

    `view` holds what it tells of, as it stands now; `wallets` what was read of a wallet besides.
    """
    types = TYPES[event.kind]
    if isinstance(types, Declined):
        return []
    return [
        Webhook(one, OBJECTS[one].object_type, organization_id, body)
        for one in types
        if ONLY_IF.get(one, _always)(event, view)
        for body in OBJECTS[one].made(event, Shown(view, wallets))
    ]


# ---------------------------------------------------------------- of several types, which


def _always(_: Event, __: View) -> bool:
    return True


def _made(event: Event, _: View) -> bool:
    return event.before is None


def _changed(event: Event, _: View) -> bool:
    return event.before is not None


def _of_kind(kind: InvoiceKind) -> Asked:
    return lambda event, _: event.after["kind"] == kind


def _payment_status_changed(event: Event, view: View) -> bool:
    """Not while it is finalized: what settles it then belongs to its beginning."""
    if event.kind is EventKind.INVOICE_ANNOTATED:
        said = event.after["payment_status_asserted"]
        return said is not None and said != (event.before or {}).get("payment_status_asserted")
    return view.the(Invoice, event.subject_id).finalized_at != event.at


def _landed(event: Event, _: View) -> bool:
    """Bought credits were told of when they were bought."""
    return event.after["invoice_id"] is not None


def _begun(event: Event, view: View) -> bool:
    if event.kind is EventKind.INVOICE_FINALIZED:
        return event.after["kind"] == InvoiceKind.TOP_UP
    return event.kind is not EventKind.CREDITS_PURCHASED or not _landed(event, view)


ONLY_IF: dict[str, Asked] = {
    "customer.created": _made,
    "customer.updated": _changed,
    "invoice.created": _of_kind(InvoiceKind.SUBSCRIPTION),
    "invoice.one_off_created": _of_kind(InvoiceKind.ONE_OFF),
    "invoice.paid_credit_added": _of_kind(InvoiceKind.TOP_UP),
    "invoice.deleted": _changed,  # one that was skipped as it was issued was never seen
    "invoice.payment_status_updated": _payment_status_changed,
    "wallet_transaction.created": _begun,
    "wallet_transaction.updated": _landed,
}
"""When an event is told as a type; the others always."""
