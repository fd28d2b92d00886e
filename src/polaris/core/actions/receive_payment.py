"""Record payments that arrive, fail, or are reversed."""

from datetime import date
from zoneinfo import ZoneInfo

from polaris.core.actions.apply_payment import apply
from polaris.core.actions.double_return import given_back_of, report_reversed
from polaris.core.balances.funding import lose
from polaris.core.balances.payment import becomes
from polaris.core.balances.settlement import remove, unhold
from polaris.core.commands import ReceivePayment, UpdatePayment
from polaris.core.decision import Decision
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, Settlement, SettlementKind, Status
from polaris.core.facts.payment import Payment, PaymentState
from polaris.core.ledger import chart, recipes
from polaris.core.ledger.posting import EntryKind, PostingContext


def receive(decision: Decision, command: ReceivePayment) -> None:
    """Create a payment. If it has succeeded, book its money and apply it as the command says."""
    payment = Payment(
        id=command.payment_id,
        customer_id=payer(decision, command),
        currency=command.currency,
        amount_minor=command.amount_minor,
        fee_minor=command.fee_minor,
        state=command.state,
        method=command.method,
        provider=command.provider,
        reference=command.reference,
        account=command.account or default_account(command.provider),
        received_at=command.received_at or decision.at,
        intended=command.apply_to,
        created_at=decision.at,
    )
    decision.put(payment)
    if payment.state is PaymentState.SUCCEEDED:
        take_in(decision, None, payment)
    else:
        decision.emit(_REPORTED[payment.state], None, payment)


_REPORTED = {
    PaymentState.IN_PROGRESS: EventKind.PAYMENT_CREATED,
    PaymentState.NEEDS_ATTENTION: EventKind.PAYMENT_NEEDS_ATTENTION,
    PaymentState.FAILED: EventKind.PAYMENT_FAILED,
    PaymentState.REVERSED: EventKind.PAYMENT_REVERSED,
}


def default_account(provider: str) -> str:
    """Return the account for a provider's money when the command names none."""
    return chart.CASH if provider == "manual" else chart.CLEARING


def payer(decision: Decision, command: ReceivePayment) -> str:
    """Return the id of the command's customer, else of the first invoice's. Raises NotFound."""
    if command.customer_id:
        return command.customer_id
    return decision.the(Invoice, next(iter(command.apply_to), None), "customer_id").customer_id


def update(decision: Decision, command: UpdatePayment) -> None:
    """Record a provider's report: the payment succeeded, failed, waits, or was reversed."""
    before = decision.the(Payment, command.payment_id)
    payment = decision.change(
        before,
        state=becomes(before, command.state),
        reference=command.reference or before.reference,
    )
    if payment.state is PaymentState.SUCCEEDED:
        fee = before.fee_minor or command.fee_minor
        came_at = command.received_at or decision.at
        payment = decision.change(payment, fee_minor=fee, received_at=came_at)
        take_in(decision, before, payment)
    elif before.state is PaymentState.SUCCEEDED:
        give_up(decision, before, payment)
    else:
        if payment.state is PaymentState.REVERSED:  # no money arrived, so there was no fee
            payment = decision.change(payment, fee_minor=0)
        decision.emit(_REPORTED[payment.state], before, payment)


def take_in(decision: Decision, before: Payment | None, payment: Payment) -> None:
    """Book the money as unapplied, then apply it to the invoices that it is intended for."""
    decision.book_on(None, business_day(decision, payment))
    legs = recipes.payment_received(payment.account, payment.amount_minor, payment.fee_minor)
    decision.enter(EntryKind.PAYMENT_RECEIVED, payment_context(payment).post(*legs))
    payment = decision.change(payment, unused_minor=payment.amount_minor)
    decision.emit(EventKind.PAYMENT_RECEIVED, before, payment)
    for invoice_id, most in payment.intended.items():
        apply_intended(decision, payment.id, invoice_id, most)


def apply_intended(decision: Decision, payment_id: str, invoice_id: str, most: int) -> None:
    """Apply money up to the outstanding amount. Hold money intended for a voided invoice."""
    payment = decision.the(Payment, payment_id)
    invoice = decision.the(Invoice, invoice_id)
    if invoice.status is Status.VOIDED:
        hold(decision, payment, invoice, min(most, payment.unused_minor))
    elif invoice.status is Status.FINALIZED and invoice.currency == payment.currency:
        amount = min(most, payment.unused_minor, invoice.outstanding_minor)
        apply(decision, payment, invoice, amount)


def hold(decision: Decision, payment: Payment, invoice: Invoice, amount_minor: int) -> None:
    """Hold money for a voided invoice, until a credit note, a refund or a removal takes it."""
    if not amount_minor:
        return
    decision.put(
        Settlement(
            id=decision.new_id(),
            invoice_id=invoice.id,
            customer_id=invoice.customer_id,
            kind=SettlementKind.PAYMENT,
            source_id=payment.id,
            amount_minor=amount_minor,
            held_minor=amount_minor,
            at=decision.at,
            removed_at=decision.at,
        )
    )
    after = decision.change(payment, unused_minor=payment.unused_minor - amount_minor)
    kind = EventKind.PAYMENT_HELD
    decision.emit(kind, payment, after, invoice.id, in_question_minor=amount_minor)


def give_up(decision: Decision, before: Payment, payment: Payment) -> None:
    """Reverse a received payment. Amounts it settled are owed again; money given out is a loss."""
    there, returned = payment.unused_minor, given_back_of(decision, payment)
    for settlement in decision.of(Settlement, "source_id", payment.id):
        if settlement.live:
            there += settlement.amount_minor
            remove(decision, settlement)
        elif settlement.held_minor:
            there += settlement.held_minor
            unhold(decision, settlement)
    lose(decision, payment)
    legs = recipes.payment_reversed(payment.account, there, payment.amount_minor - there)
    decision.enter(EntryKind.PAYMENT_REVERSED, payment_context(payment).post(*legs))
    after = decision.change(payment, unused_minor=0)
    decision.emit(EventKind.PAYMENT_REVERSED, before, after)
    report_reversed(decision, after, max(returned, payment.amount_minor - there))


def payment_context(payment: Payment) -> PostingContext:
    """Return what the postings of a payment belong to: a customer, but not yet an invoice."""
    return PostingContext(payment.currency, payment.customer_id, None, Payment.table, payment.id)


def business_day(decision: Decision, payment: Payment) -> date:
    """Return the day on which the money arrived, in the tenant's time zone."""
    return payment.received_at.astimezone(ZoneInfo(decision.tenant.timezone)).date()
