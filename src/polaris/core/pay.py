"""Money arrives, is applied to invoices, taken off again, or goes back against our will."""

from datetime import date
from zoneinfo import ZoneInfo

from polaris.core import ledger
from polaris.core.commands import (
    ApplyPayment,
    CollectInvoice,
    ReceivePayment,
    RemovePayment,
    UpdatePayment,
)
from polaris.core.decision import Decision
from polaris.core.events import EventKind
from polaris.core.funding import lose
from polaris.core.invoice import Invoice, Settlement, SettlementKind, Status
from polaris.core.ledger import EntryKind, Place
from polaris.core.payment import Payment, PaymentState
from polaris.core.settle import remove, settle


def receive(decision: Decision, command: ReceivePayment) -> None:
    """A payment becomes known; money that is here is received, then applied as asked."""
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
        decision.tell(_REPORTED[payment.state], None, payment)


_REPORTED = {
    PaymentState.IN_PROGRESS: EventKind.PAYMENT_CREATED,
    PaymentState.NEEDS_ATTENTION: EventKind.PAYMENT_NEEDS_ATTENTION,
    PaymentState.FAILED: EventKind.PAYMENT_FAILED,
    PaymentState.REVERSED: EventKind.PAYMENT_REVERSED,
}


def default_account(provider: str) -> str:
    """Where money of a provider lies when the command does not say."""
    return ledger.CASH if provider == "manual" else ledger.CLEARING


def payer(decision: Decision, command: ReceivePayment) -> str:
    """Whose payment it is: the customer named, else the first invoice's."""
    if command.customer_id:
        return command.customer_id
    return decision.the(Invoice, next(iter(command.apply_to), None), "customer_id").customer_id


def update(decision: Decision, command: UpdatePayment) -> None:
    """A provider's report: money came, failed to come, or went back."""
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
        if payment.state is PaymentState.REVERSED:  # it never came, so nothing was kept of it
            payment = decision.change(payment, fee_minor=0)
        decision.tell(_REPORTED[payment.state], before, payment)


def becomes(payment: Payment, reported: PaymentState) -> PaymentState:
    """What a payment is after a report: money that had come and then failed went back."""
    went_back = payment.state in (PaymentState.SUCCEEDED, PaymentState.REVERSED)
    return PaymentState.REVERSED if went_back and reported is PaymentState.FAILED else reported


def take_in(decision: Decision, before: Payment | None, payment: Payment) -> None:
    """Book the money as the customer's, then apply it to what it was meant for."""
    day = business_day(decision, payment)
    legs = ledger.payment_received(payment.account, payment.amount_minor, payment.fee_minor)
    decision.enter(EntryKind.PAYMENT_RECEIVED, place(payment).post(*legs), day)
    payment = decision.change(payment, unused_minor=payment.amount_minor)
    decision.tell(EventKind.PAYMENT_RECEIVED, before, payment)
    for invoice_id, most in payment.intended.items():
        apply_intended(decision, payment.id, invoice_id, most, day)


def apply_intended(
    decision: Decision, payment_id: str, invoice_id: str, most: int, day: date
) -> None:
    """Apply as much as is owed; what was meant for a voided invoice is held for it."""
    payment = decision.the(Payment, payment_id)
    invoice = decision.the(Invoice, invoice_id)
    if invoice.status is Status.VOIDED:
        hold(decision, payment, invoice, min(most, payment.unused_minor))
    elif invoice.status is Status.FINALIZED and invoice.currency == payment.currency:
        amount = min(most, payment.unused_minor, invoice.outstanding_minor)
        apply(decision, payment, invoice, amount, day)


def hold(decision: Decision, payment: Payment, invoice: Invoice, amount_minor: int) -> None:
    """Keep money for a voided invoice: the customer's, until a note, refund or removal takes it."""
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
    decision.change(payment, unused_minor=payment.unused_minor - amount_minor)


def apply(
    decision: Decision,
    payment: Payment,
    invoice: Invoice,
    amount_minor: int,
    day: date | None = None,
) -> None:
    """Settle an invoice with unused money of a payment."""
    if not amount_minor:
        return
    decision.change(payment, unused_minor=payment.unused_minor - amount_minor)
    booked = EntryKind.PAYMENT_APPLIED, ledger.payment_applied(amount_minor)
    settlement = settle(
        decision, invoice.id, SettlementKind.PAYMENT, payment, amount_minor, booked, day
    )
    decision.tell(EventKind.PAYMENT_APPLIED, None, settlement)


def apply_asked(decision: Decision, command: ApplyPayment) -> None:
    """Apply unused money later."""
    payment = decision.the(Payment, command.payment_id)
    invoice = decision.the(Invoice, command.invoice_id)
    most = min(payment.unused_minor, invoice.outstanding_minor)
    apply(decision, payment, invoice, command.amount_minor or most)


def apply_unused(decision: Decision, invoice_id: str, day: date | None) -> None:
    """Settle an invoice with the customer's unused money, oldest first."""
    invoice = decision.the(Invoice, invoice_id)
    payments = decision.of(Payment, "customer_id", invoice.customer_id)
    usable = [row for row in payments if row.unused_minor and row.currency == invoice.currency]
    for payment in sorted(usable, key=lambda row: (row.received_at, row.id)):
        invoice = decision.the(Invoice, invoice_id)
        amount = min(payment.unused_minor, invoice.outstanding_minor)
        apply(decision, payment, invoice, amount, day)


def take_off(decision: Decision, command: RemovePayment) -> None:
    """Take a payment off an invoice, or release what a void left held; it is unused again."""
    for settlement in standing(decision, command.payment_id, command.invoice_id):
        freed = settlement.amount_minor if settlement.live else settlement.held_minor
        after = remove(decision, settlement) if settlement.live else unhold(decision, settlement)
        payment = decision.the(Payment, command.payment_id)
        decision.change(payment, unused_minor=payment.unused_minor + freed)
        decision.tell(EventKind.PAYMENT_REMOVED, settlement, after)


def unhold(decision: Decision, settlement: Settlement) -> Settlement:
    """Nothing of it is held any more."""
    return decision.change(settlement, held_minor=0)


def standing(decision: Decision, source_id: str, invoice_id: str) -> list[Settlement]:
    """What a source settles on an invoice, or left held there."""
    rows = decision.of(Settlement, "source_id", source_id)
    return [row for row in rows if row.invoice_id == invoice_id and (row.live or row.held_minor)]


def under_way(decision: Decision, invoice: Invoice) -> list[Payment]:
    """Payments meant for an invoice whose money may still come."""
    waiting = (PaymentState.IN_PROGRESS, PaymentState.NEEDS_ATTENTION)
    payments = decision.of(Payment, "customer_id", invoice.customer_id)
    return [row for row in payments if row.state in waiting and invoice.id in row.intended]


def collect(decision: Decision, command: CollectInvoice) -> None:
    """Say that it failed: no provider that could collect is connected."""
    invoice = decision.the(Invoice, command.invoice_id)
    decision.tell(EventKind.INVOICE_COLLECTION_FAILED, invoice, invoice)


def give_up(decision: Decision, before: Payment, payment: Payment) -> None:
    """Money that had come went back: what it settled is owed again, what was handed out is lost."""
    there = payment.unused_minor
    for settlement in decision.of(Settlement, "source_id", payment.id):
        if settlement.live:
            there += settlement.amount_minor
            remove(decision, settlement)
        elif settlement.held_minor:
            there += settlement.held_minor
            unhold(decision, settlement)
    lose(decision, payment)
    legs = ledger.payment_reversed(payment.account, there, payment.amount_minor - there)
    decision.enter(EntryKind.PAYMENT_REVERSED, place(payment).post(*legs))
    after = decision.change(payment, unused_minor=0)
    decision.tell(EventKind.PAYMENT_REVERSED, before, after)


def place(payment: Payment) -> Place:
    """Postings of a payment belong to its customer; to an invoice only once applied."""
    return Place(payment.currency, payment.customer_id, None, Payment.table, payment.id)


def business_day(decision: Decision, payment: Payment) -> date:
    """The day the money came, in the tenant's time zone."""
    return payment.received_at.astimezone(ZoneInfo(decision.tenant.timezone)).date()
