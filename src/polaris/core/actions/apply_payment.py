"""Settle invoices with payments, or remove payments from invoices."""

from collections.abc import Iterator

from polaris.core.balances.settlement import remove, settle, standing, unhold
from polaris.core.commands import ApplyPayment, CollectInvoice, RemovePayment
from polaris.core.decision import Decision
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, Settlement, SettlementKind
from polaris.core.facts.payment import Payment
from polaris.core.ledger import recipes
from polaris.core.ledger.posting import EntryKind


def apply(decision: Decision, payment: Payment, invoice: Invoice, amount_minor: int) -> None:
    """Settle an invoice with unused money of a payment (recipe 3)."""
    if not amount_minor:
        return
    decision.change(payment, unused_minor=payment.unused_minor - amount_minor)
    booked = EntryKind.PAYMENT_APPLIED, recipes.payment_applied(amount_minor)
    settlement = settle(decision, invoice.id, SettlementKind.PAYMENT, payment, amount_minor, booked)
    decision.emit(EventKind.PAYMENT_APPLIED, None, settlement)


def apply_command(decision: Decision, command: ApplyPayment) -> None:
    """Apply unused money of a payment to the invoice that the command names."""
    payment = decision.the(Payment, command.payment_id)
    invoice = decision.the(Invoice, command.invoice_id)
    most = min(payment.unused_minor, invoice.outstanding_minor)
    apply(decision, payment, invoice, command.amount_minor or most)


def apply_unused(decision: Decision, invoice_id: str) -> None:
    """Settle an invoice with the customer's unused money, the oldest payment first."""
    invoice = decision.the(Invoice, invoice_id)
    payments = decision.of(Payment, "customer_id", invoice.customer_id)
    usable = [row for row in payments if row.unused_minor and row.currency == invoice.currency]
    for payment in sorted(usable, key=lambda row: (row.received_at, row.id)):
        invoice = decision.the(Invoice, invoice_id)
        amount = min(payment.unused_minor, invoice.outstanding_minor)
        apply(decision, payment, invoice, amount)


def apply_held(decision: Decision, invoice_id: str) -> None:
    """Settle a replacement with money that is held for the invoices that it replaces."""
    for settlement in held_for_replaced(decision, invoice_id):
        outstanding = decision.the(Invoice, invoice_id).outstanding_minor
        amount = min(settlement.held_minor, outstanding)
        if settlement.kind is SettlementKind.PAYMENT and amount:
            after = decision.change(settlement, held_minor=settlement.held_minor - amount)
            decision.emit(EventKind.PAYMENT_REMOVED, settlement, after)
            payment = decision.the(Payment, settlement.source_id)
            payment = decision.change(payment, unused_minor=payment.unused_minor + amount)
            apply(decision, payment, decision.the(Invoice, invoice_id), amount)


def held_for_replaced(decision: Decision, invoice_id: str) -> Iterator[Settlement]:
    """Yield the settlements of the invoice that this one replaces, then of earlier ones.

    A replacement that is replaced again may have left money held for its own original.
    """
    while replaced := decision.the(Invoice, invoice_id).regenerated_from:
        yield from decision.of(Settlement, "invoice_id", replaced)
        invoice_id = replaced


def take_off(decision: Decision, command: RemovePayment) -> None:
    """Remove a payment from an invoice, or release money that a void held. It becomes unused."""
    for settlement in standing(decision, command.payment_id, command.invoice_id):
        freed = settlement.amount_minor if settlement.live else settlement.held_minor
        after = remove(decision, settlement) if settlement.live else unhold(decision, settlement)
        payment = decision.the(Payment, command.payment_id)
        decision.change(payment, unused_minor=payment.unused_minor + freed)
        decision.emit(EventKind.PAYMENT_REMOVED, settlement, after)


def collect(decision: Decision, command: CollectInvoice) -> None:
    """Announce that the collection failed: no payment provider is connected."""
    invoice = decision.the(Invoice, command.invoice_id)
    decision.emit(EventKind.INVOICE_COLLECTION_FAILED, invoice, invoice)
