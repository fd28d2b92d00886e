"""How a payment stands: after a report, and towards an invoice."""

from polaris.core.decision import Decision
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.payment import Payment, PaymentState


def becomes(payment: Payment, reported: PaymentState) -> PaymentState:
    """What a payment is after a report: money that had come and then failed went back."""
    went_back = payment.state in (PaymentState.SUCCEEDED, PaymentState.REVERSED)
    return PaymentState.REVERSED if went_back and reported is PaymentState.FAILED else reported


def under_way(decision: Decision, invoice: Invoice) -> list[Payment]:
    """Payments meant for an invoice whose money may still come."""
    waiting = (PaymentState.IN_PROGRESS, PaymentState.NEEDS_ATTENTION)
    payments = decision.of(Payment, "customer_id", invoice.customer_id)
    return [row for row in payments if row.state in waiting and invoice.id in row.intended]
