"""A payment in Lago's JSON."""

from polaris.core.facts.invoice import Invoice, Settlement, SettlementKind, Status
from polaris.core.facts.payment import Payment, PaymentState
from polaris.core.view import View
from polaris.dialects.lago.responses.customers import external_id
from polaris.dialects.lago.responses.formats import stamp

PROVIDER_STATUSES = {
    PaymentState.IN_PROGRESS: "processing",
    PaymentState.NEEDS_ATTENTION: "requires_action",
    PaymentState.SUCCEEDED: "succeeded",
    PaymentState.FAILED: "failed",
    PaymentState.REVERSED: "failed",
}
"""The payment's status in a provider's words."""

STATUSES = {
    PaymentState.IN_PROGRESS: "processing",
    PaymentState.NEEDS_ATTENTION: "processing",
    PaymentState.SUCCEEDED: "succeeded",
    PaymentState.FAILED: "failed",
    PaymentState.REVERSED: "failed",
}
"""The status of a payment in Lago's words; a reversed payment counts as failed."""


def payment(view: View, row: Payment) -> dict[str, object]:
    """Return the payment. Only a manual one shows its reference; else that is its external id."""
    own = invoices(view, row)
    provider, reference = (None, None) if row.manual else (row.provider, row.reference)
    return {
        "lago_id": row.id,
        "lago_customer_id": row.customer_id,
        "external_customer_id": external_id(view, row.customer_id),
        "invoice_ids": [invoice.id for invoice in own],
        "invoice_numbers": [invoice.number or "" for invoice in own],
        "lago_payable_id": own[0].id if own else None,
        "payable_type": "Invoice",
        "amount_cents": row.amount_minor,
        "amount_currency": row.currency,
        "status": PROVIDER_STATUSES[row.state],
        "payment_status": STATUSES[row.state],
        "type": "manual" if row.manual else "provider",
        "reference": (row.reference or "") if row.manual else "",
        "payment_provider_code": provider,
        "payment_provider_type": provider,
        "external_payment_id": reference,
        "provider_payment_id": reference,
        "provider_customer_id": None,
        "next_action": {},
        "payment_method": None,
        "created_at": stamp(row.received_at),
    }


def invoices(view: View, row: Payment) -> list[Invoice]:
    """Return the invoices that the payment was made for, then others that it settles."""
    applied = [one for one in view.of(Settlement, "source_id", row.id) if stands(view, one)]
    ids = dict.fromkeys([*row.intended, *(one.invoice_id for one in applied)])
    found = [invoice for one in ids if (invoice := view.get(Invoice, one))]
    return [one for one in found if one.status is not Status.CLOSED and not one.hidden_at]


def stands(view: View, settled: Settlement) -> bool:
    """True if a payment settles an invoice, or did so until or after the invoice was voided."""
    voided_at = view.the(Invoice, settled.invoice_id).voided_at
    until_void = voided_at and settled.removed_at and settled.removed_at >= voided_at
    return settled.kind is SettlementKind.PAYMENT and (settled.live or bool(until_void))
