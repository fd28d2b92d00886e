"""The bodies of webhooks: what a Lago client would be answered right after the event."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.payment import Payment, Refund
from polaris.core.facts.wallet import MovementKind, Wallet
from polaris.core.view import View
from polaris.delivery.shape import Payload
from polaris.dialects.lago.responses import (
    credit_notes,
    customers,
    invoices,
    payments,
    wallet_transactions,
    wallets,
)
from polaris.dialects.lago.webhooks.wallets import Wallets, happening_at


class Shown(NamedTuple):
    """The sources of a body: the facts as the event left them, and a wallet's sums and history."""

    view: View
    wallets: Wallets


Made = Callable[[Event, Shown], Iterable[Payload]]


# ---------------------------------------------------------------- invoices

FEES = ("customer", "fees")
ISSUED = (*FEES, "applied_taxes", "applied_invoice_custom_sections")
PERIODS = ("subscriptions", "billing_periods", "credits")
WHOLE = (*ISSUED, *PERIODS, "error_details")
NESTED = frozenset((*WHOLE, "metadata"))


def _invoice(*nested: str) -> Made:
    """Return a maker of invoice bodies with only these nested objects."""

    def made(event: Event, shown: Shown) -> Iterable[Payload]:
        status = "deleted" if event.kind is EventKind.INVOICE_CLOSED else None
        row = shown.view.the(Invoice, event.subject_id)
        whole = invoices.invoice(shown.view, row, status)
        yield {key: one for key, one in whole.items() if key not in NESTED or key in nested}

    return made


def _dispute(event: Event, shown: Shown) -> Iterable[Payload]:
    for invoice in _invoice(*WHOLE)(event, shown):
        yield {"invoice": invoice, "provider_error": None}


def _overdue(event: Event, shown: Shown) -> Iterable[Payload]:
    """Yield the overdue invoice. In the tenant's time zone its due date may not have passed yet."""
    for invoice in _invoice(*FEES, "applied_taxes")(event, shown):
        yield {**invoice, "payment_overdue": True}


NO_PROVIDER = "customer_must_have_payment_provider"


def _uncollected(event: Event, shown: Shown) -> Iterable[Payload]:
    """Yield the invoices of a failed payment, or the invoice that cannot be collected."""
    payment = shown.view.get(Payment, event.subject_id)
    code = "payment_failed" if payment else NO_PROVIDER
    for invoice_id in payment.intended if payment else [event.subject_id]:
        row = shown.view.the(Invoice, invoice_id)
        yield {
            "lago_invoice_id": row.id,
            **_payer(shown.view, row.customer_id, payment),
            "error_details": {"code": code},
        }


# ---------------------------------------------------------------- other bodies


def _customer(event: Event, shown: Shown) -> Iterable[Payload]:
    yield customers.customer(shown.view, shown.view.the(Customer, event.subject_id))


def _payment(event: Event, shown: Shown) -> Iterable[Payload]:
    yield payments.payment(shown.view, shown.view.the(Payment, event.subject_id))


def _note(event: Event, shown: Shown) -> Iterable[Payload]:
    view, note = shown.view, shown.view.the(CreditNote, event.subject_id)
    yield credit_notes.credit_note(view, note)


def _unrefunded(event: Event, shown: Shown) -> Iterable[Payload]:
    """Yield the credit note of a failed refund; Lago knows no other refunds."""
    refund = shown.view.the(Refund, event.subject_id)
    if refund.note_id:
        payment = shown.view.get(Payment, refund.payment_id)
        payer = _payer(shown.view, refund.customer_id, payment)
        yield {"lago_credit_note_id": refund.note_id, **payer}


def _payer(view: View, customer_id: str, payment: Payment | None) -> Payload:
    """Return the customer of a failed payment or refund, and the payment's provider."""
    provider = payment.provider if payment else None
    return {
        "lago_customer_id": customer_id,
        "external_customer_id": customers.external_id(view, customer_id),
        "provider_customer_id": None,
        "payment_provider": provider,
        "payment_provider_code": provider,
        "provider_error": {"message": None, "error_code": None} if payment else None,
    }


def _wallet(event: Event, shown: Shown) -> Iterable[Payload]:
    row = shown.view.the(Wallet, event.subject_id)
    yield wallets.wallet(shown.view, row, shown.wallets.sums[row.id])


MOVED: dict[EventKind, frozenset[MovementKind]] = {
    EventKind.INVOICE_FINALIZED: frozenset({MovementKind.PURCHASED}),
    EventKind.CREDITS_GRANTED: frozenset({MovementKind.GRANTED}),
    EventKind.CREDITS_PURCHASED: frozenset({MovementKind.PURCHASED, MovementKind.CREDITED}),
    EventKind.CREDITS_CONSUMED: frozenset({MovementKind.CONSUMED}),
    EventKind.CREDITS_RESTORED: frozenset({MovementKind.RESTORED}),
    EventKind.CREDITS_VOIDED: frozenset({MovementKind.VOIDED, MovementKind.REVOKED}),
    EventKind.CREDITS_EXPIRED: frozenset({MovementKind.EXPIRED}),
}


def _happening(event: Event, shown: Shown) -> Iterable[Payload]:
    """Yield the wallet transaction of the event; only once, however many lots took part."""
    for one in shown.wallets.happenings:
        bought = event.kind is EventKind.INVOICE_FINALIZED and one.id == event.subject_id
        first = one.parts[0].lot_id if one.parts else None
        moved = first == event.subject_id and event.at in (one.at, one.settled_at)
        if one.kind in MOVED[event.kind] and (bought or moved):
            row = happening_at(event, shown.view, one)
            yield wallet_transactions.happening(_wallet_of(shown), row)


def _wallet_of(shown: Shown) -> Wallet:
    """Return the one wallet whose history was read."""
    (wallet_id,) = shown.wallets.sums
    return shown.view.the(Wallet, wallet_id)


class About(NamedTuple):
    """The object of a webhook: its key in the envelope, and the function that makes it."""

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
    "invoice.payment_overdue": About("invoice", _overdue),
    "invoice.payment_dispute_lost": About("payment_dispute_lost", _dispute),
    "invoice.payment_failure": About("payment_provider_invoice_payment_error", _uncollected),
    "payment.succeeded": About("payment", _payment),
    "payment.requires_action": About("payment", _payment),
    "credit_note.created": About("credit_note", _note),
    "credit_note.provider_refund_failure": About(
        "credit_note_payment_provider_refund_error", _unrefunded
    ),
    "wallet.created": About("wallet", _wallet),
    "wallet.updated": About("wallet", _wallet),
    "wallet.terminated": About("wallet", _wallet),
    "wallet_transaction.created": About("wallet_transaction", _happening),
    "wallet_transaction.updated": About("wallet_transaction", _happening),
}
"""The object of each webhook type."""
