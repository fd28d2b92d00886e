"""Report that a customer may have got the same money twice: from us, and from their bank."""

from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import Funding, FundingKind
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, SettlementKind
from polaris.core.facts.payment import Payment, Refund, RefundState

_OF_MONEY = (FundingKind.CASH, FundingKind.LOST)


def report_disputed(decision: Decision, invoice_id: str | None) -> None:
    """Report the invoice if a dispute about it was lost, and its money was given back as well.

    It does not matter which of the two came first.
    """
    invoice = decision.get(Invoice, invoice_id)
    if invoice and invoice.dispute_lost_at and (amount := given_back(decision, invoice)):
        kind = EventKind.INVOICE_DOUBLE_RETURN_SUSPECTED
        decision.emit(kind, invoice, invoice, in_question_minor=amount)


def report_reversed(decision: Decision, payment: Payment, given_back_minor: int) -> None:
    """Report a payment that was reversed after part of its money was given back."""
    if given_back_minor:
        kind = EventKind.PAYMENT_DOUBLE_RETURN_SUSPECTED
        decision.emit(kind, payment, payment, in_question_minor=given_back_minor)


def given_back_of(decision: Decision, payment: Payment) -> int:
    """Return the money of a payment that was given back through its invoices, in minor units."""
    refunds = decision.of(Refund, "payment_id", payment.id)
    refunded = sum(row.amount_minor for row in refunds if row.state is not RefundState.CONVERTED)
    fundings = decision.of(Funding, "payment_id", payment.id)
    return refunded + sum(row.amount_minor for row in fundings)


def given_back(decision: Decision, invoice: Invoice) -> int:
    """Return the money of an invoice that was given back, as refunds or credit, in minor units.

    Every refund counts that was not converted, also one that is only requested.
    """
    balance = InvoiceBalance(decision, invoice)
    paid = [row for row in balance.settlements if row.kind is SettlementKind.PAYMENT]
    refunds = {
        refund.id: refund.amount_minor
        for field, rows in (("settlement_id", paid), ("note_id", balance.notes))
        for row in rows
        for refund in decision.of(Refund, field, row.id)
        if refund.state is not RefundState.CONVERTED
    }
    credit = sum(
        funding.amount_minor
        for note in balance.notes
        for funding in decision.of(Funding, "note_id", note.id)
        if funding.kind in _OF_MONEY
    )
    return sum(refunds.values()) + credit
