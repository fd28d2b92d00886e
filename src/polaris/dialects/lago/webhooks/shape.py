"""An event as Lago's webhooks: what it is told as, and around which body."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from polaris.core.customer import Customer
from polaris.core.events import Event, EventKind
from polaris.core.invoice import Invoice, InvoiceKind
from polaris.core.payment import Payment, Refund
from polaris.dialects.lago.responses import customers, invoices
from polaris.dialects.lago.responses.view import View
from polaris.dialects.lago.webhooks.kinds import TYPES, Declined

Body = dict[str, object]
Asked = Callable[[Event, View], bool]
Made = Callable[[Event, View], Iterable[Body]]


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


def shaped(event: Event, view: View, organization_id: str) -> list[Webhook]:
    """What endpoints are told of an event; `view` holds what it tells of, as it stands now."""
    types = TYPES[event.kind]
    if isinstance(types, Declined):
        return []
    return [
        Webhook(one, OBJECTS[one].object_type, organization_id, body)
        for one in types
        if ONLY_IF.get(one, _always)(event, view)
        for body in OBJECTS[one].made(event, view)
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
    before = event.before or {}
    if event.kind is EventKind.INVOICE_ANNOTATED:
        said = event.after["payment_status_asserted"]
        return said is not None and said != before.get("payment_status_asserted")
    return view.the(Invoice, event.subject_id).finalized_at != event.at


ONLY_IF: dict[str, Asked] = {
    "customer.created": _made,
    "customer.updated": _changed,
    "invoice.created": _of_kind(InvoiceKind.SUBSCRIPTION),
    "invoice.one_off_created": _of_kind(InvoiceKind.ONE_OFF),
    "invoice.paid_credit_added": _of_kind(InvoiceKind.TOP_UP),
    "invoice.deleted": _changed,  # one that was skipped as it was issued was never seen
    "invoice.payment_status_updated": _payment_status_changed,
}
"""When an event is told as a type; the others always."""


# ---------------------------------------------------------------- what it is about

FEES = ("customer", "fees")
ISSUED = (*FEES, "applied_taxes", "applied_invoice_custom_sections")
PERIODS = ("subscriptions", "billing_periods", "credits")
WHOLE = (*ISSUED, *PERIODS, "error_details")
NESTED = frozenset((*WHOLE, "metadata"))


def _invoice(*nested: str) -> Made:
    """An invoice with these of the things inside it."""

    def made(event: Event, view: View) -> Iterable[Body]:
        status = "deleted" if event.kind is EventKind.INVOICE_CLOSED else None
        row = view.the(Invoice, event.invoice_id or event.subject_id)
        whole = invoices.invoice(view, row, status)
        yield {key: one for key, one in whole.items() if key not in NESTED or key in nested}

    return made


def _customer(event: Event, view: View) -> Iterable[Body]:
    yield customers.customer(view, view.the(Customer, event.subject_id))


def _dispute(event: Event, view: View) -> Iterable[Body]:
    for invoice in _invoice(*WHOLE)(event, view):
        yield {"invoice": invoice, "provider_error": None}


NO_PROVIDER = "customer_must_have_payment_provider"


def _uncollected(event: Event, view: View) -> Iterable[Body]:
    """Each invoice that no money came for: the payment's, or the one that nobody can collect."""
    payment = view.get(Payment, event.subject_id)
    code = "payment_failed" if payment else NO_PROVIDER
    for invoice_id in payment.intended if payment else [event.subject_id]:
        row = view.the(Invoice, invoice_id)
        yield {
            "lago_invoice_id": row.id,
            **_whose(view, row.customer_id, payment),
            "error_details": {"code": code},
        }


def _unrefunded(event: Event, view: View) -> Iterable[Body]:
    """A credit note whose money did not go back; other refunds Lago does not know."""
    refund = view.the(Refund, event.subject_id)
    if refund.note_id:
        payment = view.get(Payment, refund.payment_id)
        yield {"lago_credit_note_id": refund.note_id, **_whose(view, refund.customer_id, payment)}


def _whose(view: View, customer_id: str, payment: Payment | None) -> Body:
    """Whose money it is, and what is known of its provider."""
    provider = payment.provider if payment else None
    return {
        "lago_customer_id": customer_id,
        "external_customer_id": view.the(Customer, customer_id).external_id,
        "provider_customer_id": None,
        "payment_provider": provider,
        "payment_provider_code": provider,
        "provider_error": {"message": None, "error_code": None} if payment else None,
    }


class About(NamedTuple):
    """What a webhook is about: the key that it stands under, and how it is made."""

    object_type: str
    made: Made


OBJECTS: dict[str, About] = {
    "customer.created": About("customer", _customer),
    "customer.updated": About("customer", _customer),
    "invoice.drafted": About("invoice", _invoice(*WHOLE)),
    "invoice.ready_to_finalize": About("invoice", _invoice(*WHOLE)),
    "invoice.created": About("invoice", _invoice(*ISSUED, *PERIODS)),
    "invoice.one_off_created": About("invoice", _invoice(*ISSUED)),
    "invoice.paid_credit_added": About("invoice", _invoice(*ISSUED)),
    "invoice.deleted": About("invoice", _invoice(*FEES, "applied_taxes", *PERIODS)),
    "invoice.voided": About("invoice", _invoice(*FEES, "applied_taxes", *PERIODS)),
    "invoice.payment_status_updated": About("invoice", _invoice(*FEES)),
    "invoice.payment_dispute_lost": About("payment_dispute_lost", _dispute),
    "invoice.payment_failure": About("payment_provider_invoice_payment_error", _uncollected),
    "credit_note.provider_refund_failure": About(
        "credit_note_payment_provider_refund_error", _unrefunded
    ),
}
