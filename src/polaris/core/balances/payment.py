"""The next state of a payment, and unfinished payments for an invoice."""

from polaris.core.decision import Decision
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.payment import Payment, PaymentState


def becomes(payment: Payment, reported: PaymentState) -> PaymentState:
    """Return a payment's state after a report. A failure after success is a reversal."""
    went_back = payment.state in (PaymentState.SUCCEEDED, PaymentState.REVERSED)
    return PaymentState.REVERSED if went_back and reported is PaymentState.FAILED else reported


def under_way(decision: Decision, invoice: Invoice) -> list[Payment]:
    """Return the payments for an invoice whose money may still arrive."""
    payments = decision.of(Payment, "customer_id", invoice.customer_id)
    return [row for row in payments if row.waits and invoice.id in row.intended]
