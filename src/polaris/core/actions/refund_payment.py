"""Request refunds, record their results, and convert them to credit."""

from polaris.core import refusals
from polaris.core.actions.double_return import report_disputed
from polaris.core.balances.funding import Draw, displace, fund, refundable_fundings
from polaris.core.balances.invoice import refund_order, unrefunded
from polaris.core.balances.numbering import note_number
from polaris.core.balances.parties import current_parties
from polaris.core.balances.refund import MOVED_FROM, REPORTED_AS
from polaris.core.commands import ConvertRefund, RecordRefund, RequestRefund, UpdateRefund
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote, FundingKind, NotePurpose, NoteStatus
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, Settlement
from polaris.core.facts.payment import Payment, PaymentState, Refund, RefundState
from polaris.core.ledger import chart, recipes
from polaris.core.ledger.posting import Entry, EntryKind, PostingContext


def ask_refunds(
    decision: Decision,
    settlements: list[Settlement],
    amount_minor: int,
    note: CreditNote | None,
    reason: str | None = None,
    refund_id: str | None = None,
) -> list[int]:
    """Request refunds from the payments of an invoice. Return the amount taken from each.

    Raises RefundExceedsCash when the payments do not cover the amount.
    """
    taken: list[int] = []
    for row in refund_order(decision, settlements):
        amount = min(amount_minor - sum(taken), unrefunded(decision, row))
        if amount > 0:
            taken.append(amount)
            take(decision, row, amount, note, reason, refund_id if len(taken) == 1 else None)
    if sum(taken) != amount_minor:
        raise refusals.RefundExceedsCash(
            field="refund_minor", asked_minor=amount_minor, limit_minor=sum(taken)
        )
    return taken


def take(
    decision: Decision,
    settlement: Settlement,
    amount_minor: int,
    note: CreditNote | None,
    reason: str | None,
    refund_id: str | None,
) -> None:
    """Request one refund from one application of a payment, live or held."""
    payment = decision.the(Payment, settlement.source_id)
    ask(
        decision,
        Refund(
            id=refund_id or decision.new_id(),
            customer_id=payment.customer_id,
            payment_id=payment.id,
            settlement_id=settlement.id,
            invoice_id=settlement.invoice_id,
            note_id=note.id if note else None,
            currency=payment.currency,
            amount_minor=amount_minor,
            reason=reason,
            requested_at=decision.at,
        ),
    )
    if settlement.live:
        displace(decision, settlement)
    else:
        decision.change(settlement, held_minor=settlement.held_minor - amount_minor)


def ask(decision: Decision, refund: Refund) -> None:
    """Store a refund and announce it. The payment provider acts on the event."""
    decision.put(refund)
    decision.emit(EventKind.REFUND_REQUESTED, None, refund)


def refund_context(refund: Refund) -> PostingContext:
    """Return what the postings of a refund belong to."""
    return PostingContext(
        refund.currency, refund.customer_id, refund.invoice_id, Refund.table, refund.id
    )


def request(decision: Decision, command: RequestRefund) -> None:
    """Request a refund from the source that the command names."""
    if command.note_id:
        of_note(decision, command, decision.the(CreditNote, command.note_id))
    elif command.invoice_id:
        of_held(decision, command, decision.the(Invoice, command.invoice_id))
        report_disputed(decision, command.invoice_id)
    else:
        of_unused(decision, command, decision.the(Payment, command.payment_id))


def of_note(decision: Decision, command: RequestRefund, note: CreditNote) -> None:
    """Refund part of a note's balance, out of the money that it was given from."""
    left, refund_id = command.amount_minor, command.refund_id
    for funding in refundable_fundings(decision, note):
        amount = min(left, funding.amount_minor)
        if amount:
            decision.change(funding, amount_minor=funding.amount_minor - amount)
            refund = Refund(
                id=refund_id,
                customer_id=note.customer_id,
                payment_id=funding.payment_id or "",
                settlement_id=funding.settlement_id,
                invoice_id=note.invoice_id,
                note_id=note.id,
                of_balance=True,
                currency=note.currency,
                amount_minor=amount,
                reason=command.reason,
                requested_at=decision.at,
            )
            ask(decision, refund)
            book(decision, refund, chart.NOTES)
            left, refund_id = left - amount, decision.new_id()
    decision.change(note, balance_minor=note.balance_minor - command.amount_minor)


def book(decision: Decision, refund: Refund, source: str) -> None:
    """Book a requested refund: move the amount from its source to the refund (recipe 13)."""
    leg = recipes.refund_requested(source, refund.amount_minor)
    decision.enter(EntryKind.REFUND_REQUESTED, refund_context(refund).post(leg))


def of_held(decision: Decision, command: RequestRefund, invoice: Invoice) -> None:
    """Refund money that is held for a voided invoice, of one payment or of all."""
    rows = decision.of(Settlement, "invoice_id", invoice.id)
    held = [
        row
        for row in rows
        if decision.get(Payment, row.source_id)
        and row.held_minor
        and command.payment_id in (None, row.source_id)
    ]
    ask_refunds(decision, held, command.amount_minor, None, command.reason, command.refund_id)
    leg = recipes.refund_requested(chart.UNAPPLIED, command.amount_minor)
    context = PostingContext(
        invoice.currency, invoice.customer_id, invoice.id, Refund.table, command.refund_id
    )
    decision.enter(EntryKind.REFUND_REQUESTED, context.post(leg))


def of_unused(decision: Decision, command: RequestRefund, payment: Payment) -> None:
    """Refund unused money of a payment."""
    decision.change(payment, unused_minor=payment.unused_minor - command.amount_minor)
    refund = Refund(
        id=command.refund_id,
        customer_id=payment.customer_id,
        payment_id=payment.id,
        currency=payment.currency,
        amount_minor=command.amount_minor,
        reason=command.reason,
        requested_at=decision.at,
    )
    ask(decision, refund)
    book(decision, refund, chart.UNAPPLIED)


def update(decision: Decision, command: UpdateRefund) -> None:
    """Record a provider's report. It ends the refund status that a caller asserted on the note."""
    refund = decision.the(Refund, command.refund_id)
    note = decision.get(CreditNote, refund.note_id)
    if note is not None and note.refund_status_asserted is not None:
        decision.change(note, refund_status_asserted=None)
    report(decision, refund, command.state, command.reference, command.failure)


def report(
    decision: Decision,
    before: Refund,
    state: RefundState,
    reference: str | None = None,
    failure: str | None = None,
) -> None:
    """Move a refund to a state. A failed refund is owed again, even if it was settled before."""
    explained = state in (RefundState.FAILED, RefundState.UNKNOWN)
    after = decision.change(
        before,
        state=state,
        reference=reference or before.reference,
        failure=failure if explained else None,
    )
    if state is RefundState.SETTLED:
        after = pay_out(decision, after)
    elif before.state is RefundState.SETTLED:
        decision.reverse(decision.the(Entry, before.entry_id))
        after = decision.change(after, entry_id=None, settled_at=None)
    decision.emit(REPORTED_AS[state], before, after, in_question_minor=after.amount_minor)


def record(decision: Decision, command: RecordRefund) -> None:
    """Record a refund that the provider made by itself. Open a task if its money is in use."""
    payment = decision.the(Payment, command.payment_id)
    invoice_id = invoice_holding(decision, payment, command.amount_minor)
    if invoice_id is None and payment.unused_minor < command.amount_minor:
        kind, amount_minor = EventKind.PAYMENT_REFUNDED_ELSEWHERE, command.amount_minor
        decision.emit(kind, payment, payment, in_question_minor=amount_minor)
        return
    source = RequestRefund(
        refund_id=command.refund_id,
        payment_id=payment.id,
        invoice_id=invoice_id,
        amount_minor=command.amount_minor,
        reason="refunded_elsewhere",
    )
    request(decision, source)
    made = decision.the(Refund, command.refund_id)
    report(decision, made, command.state, command.reference)


def invoice_holding(decision: Decision, payment: Payment, amount_minor: int) -> str | None:
    """Return the first voided invoice with one application that holds this much of the payment.

    Unused money comes first: None if it is enough.
    """
    if payment.unused_minor >= amount_minor:
        return None
    rows = decision.of(Settlement, "source_id", payment.id)
    return next((row.invoice_id for row in rows if row.held_minor >= amount_minor), None)


def report_all(decision: Decision, note: CreditNote, state: RefundState) -> None:
    """Move all refunds of a note that can reach the state to it."""
    for refund in decision.of(Refund, "note_id", note.id):
        if refund.state in MOVED_FROM[state]:
            report(decision, refund, state)


def pay_out(decision: Decision, refund: Refund) -> Refund:
    """Book that the money of a refund was paid out (recipe 14). Return the refund."""
    payment = decision.the(Payment, refund.payment_id)
    leg = recipes.refund_settled(payment.account, refund.amount_minor)
    entry = decision.enter(EntryKind.REFUND_SETTLED, refund_context(refund).post(leg))
    return decision.change(refund, entry_id=entry and entry.id, settled_at=decision.at)


def convert(decision: Decision, command: ConvertRefund) -> None:
    """Give an owed refund as credit: on the note that requested it, else on a new note."""
    before = decision.the(Refund, command.refund_id)
    after = decision.change(before, state=RefundState.CONVERTED)
    note = decision.get(CreditNote, before.note_id)
    if note:
        note = credit_again(decision, note, before)
    else:
        note = new_note(decision, command.note_id, before)
        decision.emit(EventKind.CREDIT_NOTE_ISSUED, None, note)
    fund(decision, note, [money_behind(decision, before)])
    unbacked = before.amount_minor if booked_unbacked(decision, before) else 0
    legs = recipes.refund_converted(before.amount_minor), recipes.unbacked_converted(unbacked)
    decision.enter(EntryKind.REFUND_CONVERTED, refund_context(before).post(*legs))
    decision.emit(EventKind.REFUND_CONVERTED, before, after)


def money_behind(decision: Decision, refund: Refund) -> Draw:
    """Return the funding of the credit: the payment's money, or none if it went back."""
    if booked_unbacked(decision, refund):
        return Draw(FundingKind.GRANT, refund.amount_minor)
    payment = decision.the(Payment, refund.payment_id)
    if payment.state is PaymentState.REVERSED:
        return Draw(FundingKind.LOST, refund.amount_minor)
    return Draw(FundingKind.CASH, refund.amount_minor, refund.settlement_id, refund.payment_id)


def booked_unbacked(decision: Decision, refund: Refund) -> bool:
    """True if the void of the refund's invoice found no money behind the refund."""
    entries = decision.of(Entry, "invoice_id", refund.invoice_id or "")
    return any(
        (posting.source_id, posting.debit) == (refund.id, chart.GRANTED_REFUNDS)
        for entry in entries
        if entry.kind is EntryKind.VOID_SETTLED
        for posting in entry.postings
    )


def credit_again(decision: Decision, note: CreditNote, refund: Refund) -> CreditNote:
    """Turn the note's refund part into credit, or return a paid-out balance. Return the note."""
    moved = 0 if refund.of_balance else refund.amount_minor
    return decision.change(
        note,
        status=NoteStatus.ISSUED,
        refund_minor=note.refund_minor - moved,
        credit_minor=note.credit_minor + moved,
        balance_minor=note.balance_minor + refund.amount_minor,
    )


def new_note(decision: Decision, note_id: str, refund: Refund) -> CreditNote:
    """Create a note that takes back no revenue; it only carries the refund's money. Return it."""
    series, number = note_number(decision, note_id, refund.customer_id, None)
    customer = decision.the(Customer, refund.customer_id)
    return decision.put(
        CreditNote(
            id=note_id,
            customer_id=refund.customer_id,
            purpose=NotePurpose.STANDALONE,
            number=number,
            series=series,
            reason=refund.reason or "refund_converted",
            currency=refund.currency,
            net_minor=refund.amount_minor,
            tax_minor=0,
            total_minor=refund.amount_minor,
            credit_minor=refund.amount_minor,
            balance_minor=refund.amount_minor,
            issue_date=decision.document_day(customer),
            issued_at=decision.at,
            parties=current_parties(decision, refund.customer_id),
        )
    )
