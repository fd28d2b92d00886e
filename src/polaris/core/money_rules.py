"""Every requirement about payments, credit notes, refunds and wallets, as what must hold."""

from polaris.core import refusals
from polaris.core.arithmetic import credited
from polaris.core.customer import Lot, WalletStatus
from polaris.core.funding import refundable_fundings
from polaris.core.input_rules import exists
from polaris.core.invoice import Invoice, LineKind, SettlementKind, Status
from polaris.core.note import CreditNote, NoteStatus
from polaris.core.pay import becomes, standing, under_way
from polaris.core.payment import PaymentState, RefundState
from polaris.core.position import refunded
from polaris.core.refund import MOVED_FROM
from polaris.core.requirement import Case, Details, at_most, requires, unless
from polaris.core.void_note import live_offsets
from polaris.core.wallet import expired, in_order

# ---------------------------------------------------------------- payments


@requires(refusals.CustomerMismatch)
def payment_of_same_customer(case: Case) -> Details | None:
    """The payment and every invoice it is meant for belong to one customer."""
    command = case.command
    ids = [command.customer_id] if command.customer_id else []
    named = [case.decision.the(Invoice, one, "apply_to") for one in command.apply_to]
    return unless(len({*ids, *(one.customer_id for one in named)}) <= 1, field="apply_to")


@requires(refusals.CurrencyMismatch)
def payment_in_invoice_currency(case: Case) -> Details | None:
    """The payment has the currency of every invoice it is meant for."""
    named = [case.decision.the(Invoice, one, "apply_to") for one in case.command.apply_to]
    wrong = next((one for one in named if one.currency != case.command.currency), None)
    return unless(wrong is None, field="currency", id=wrong.id if wrong else None)


@requires(refusals.AlreadyInState)
def payment_moves_on(case: Case) -> Details | None:
    """The payment is not in the reported state already."""
    after = becomes(case.payment, case.command.state)
    return unless(case.payment.state is not after, state=case.payment.state)


@requires(refusals.StateNotPossible)
def payment_can_go_there(case: Case) -> Details | None:
    """Money that came can only go back; money that comes again is a payment of its own."""
    # A success told late or twice, after the money went back, must not bring it into the books.
    before, after = case.payment.state, becomes(case.payment, case.command.state)
    ended = before in (PaymentState.SUCCEEDED, PaymentState.REVERSED)
    possible = after in (before, PaymentState.REVERSED)
    return unless(possible or not ended, field="state", state=before)


@requires(refusals.AmountTooLarge)
def fee_within_known_payment(case: Case) -> Details | None:
    """The fee is at most the payment."""
    fits = case.command.fee_minor <= case.payment.amount_minor
    return unless(fits, field="fee_minor")


@requires(refusals.StateNotPossible)
def payment_does_not_begin_reversed(case: Case) -> Details | None:
    """A payment becomes known before it is reversed."""
    return unless(case.command.state is not PaymentState.REVERSED, field="state")


@requires(refusals.PaymentNotReceived)
def payment_received(case: Case) -> Details | None:
    """The payment has succeeded."""
    return unless(case.payment.state is PaymentState.SUCCEEDED, state=case.payment.state)


@requires(refusals.NotEnoughUnused)
def within_unused(case: Case) -> Details | None:
    """The amount is at most what is unused of the payment."""
    asked, unused = case.command.amount_minor, case.payment.unused_minor
    return at_most("amount_minor", max(asked or 1, 1), unused)


@requires(refusals.CurrencyMismatch)
def payment_fits_invoice(case: Case) -> Details | None:
    """Payment and invoice have one currency."""
    return unless(case.payment.currency == case.invoice.currency, field="payment_id")


@requires(refusals.CustomerMismatch)
def payment_belongs(case: Case) -> Details | None:
    """Payment and invoice have one customer."""
    return unless(case.payment.customer_id == case.invoice.customer_id, field="payment_id")


@requires(refusals.PaymentUnderWay)
def no_payment_under_way(case: Case) -> Details | None:
    """No payment is under way to the invoice."""
    coming = under_way(case.decision, case.invoice)
    return unless(not coming, field="invoice_id", id=coming[0].id if coming else None)


@requires(refusals.NotApplied)
def payment_stands(case: Case) -> Details | None:
    """The payment settles the invoice, or is held for it."""
    rows = standing(case.decision, case.payment.id, case.invoice.id)
    return unless(bool(rows), field="payment_id")


@requires(refusals.PaymentRefunded)
def payment_not_refunded(case: Case) -> Details | None:
    """No money of the payment was asked back while it settled the invoice."""
    rows = standing(case.decision, case.payment.id, case.invoice.id)
    taken = sum(refunded(case.decision, row) for row in rows if row.live)
    return unless(not taken, field="payment_id", refunded_minor=taken)


# ---------------------------------------------------------------- credit notes


@requires(refusals.PartsDoNotMatch)
def parts_add_up(case: Case) -> Details | None:
    """Offset, credit and refund add up to the note's total with tax."""
    command = case.command
    total = credited(case.position, command.lines).total
    asked = command.offset_minor + command.credit_minor + command.refund_minor
    return unless(asked == total, field="credit_minor", asked_minor=asked, total_minor=total)


@requires(refusals.CreditExceedsInvoice)
def note_within_invoice(case: Case) -> Details | None:
    """The note is at most the invoice's total less earlier notes."""
    command = case.command
    asked = command.offset_minor + command.credit_minor + command.refund_minor
    return at_most("lines", asked, case.position.creditable)


@requires(refusals.OffsetExceedsOutstanding)
def offset_within_outstanding(case: Case) -> Details | None:
    """The offset is at most what is outstanding."""
    return at_most("offset_minor", case.command.offset_minor, case.invoice.outstanding_minor)


@requires(refusals.CreditsSpent)
def sold_credits_left(case: Case) -> Details | None:
    """Bought credits that the note takes back have not been spent."""
    sold = {line.id for line in case.position.lines if line.kind is LineKind.TOP_UP}
    asked = sum(line.amount_minor for line in case.command.lines if line.line_id in sold)
    lots = case.decision.of(Lot, "invoice_id", case.invoice.id)
    revoked = bool(lots) and case.invoice.status is not Status.VOIDED
    return at_most("lines", asked, sum(lot.left_minor for lot in lots)) if revoked else None


@requires(refusals.NothingToVoid)
def something_to_void(case: Case) -> Details | None:
    """The note has a balance, or an offset on a live invoice."""
    left = case.note.balance_minor or live_offsets(case.decision, case.note)
    return unless(bool(left), id=case.note.id)


@requires(refusals.NoteVoided)
def note_stands(case: Case) -> Details | None:
    """The note has not been voided."""
    return unless(case.note.status is NoteStatus.ISSUED, number=case.note.number)


note_exists = exists(CreditNote, "note_id")


@requires(refusals.NotEnoughUnused)
def within_balance(case: Case) -> Details | None:
    """The amount is at most the note's balance."""
    asked = case.command.amount_minor
    return at_most("amount_minor", max(asked or 1, 1), case.note.balance_minor)


@requires(refusals.CurrencyMismatch)
def note_fits_invoice(case: Case) -> Details | None:
    """Note and invoice have one currency."""
    return unless(case.note.currency == case.invoice.currency, field="note_id")


@requires(refusals.CustomerMismatch)
def note_belongs(case: Case) -> Details | None:
    """Note and invoice have one customer."""
    return unless(case.note.customer_id == case.invoice.customer_id, field="note_id")


@requires(refusals.NotApplied)
def note_applied(case: Case) -> Details | None:
    """The note settles the invoice, or is parked for it."""
    rows = standing(case.decision, case.note.id, case.invoice.id)
    rows = [row for row in rows if row.kind is SettlementKind.NOTE]
    return unless(bool(rows), field="note_id")


# ---------------------------------------------------------------- refunds


@requires(refusals.NotRefundable)
def money_behind_refund(case: Case) -> Details | None:
    """Money stands behind the refund: a note's cash part, held money, or excess."""
    return at_most("amount_minor", case.command.amount_minor, refund_limit(case))


def refund_limit(case: Case) -> int:
    """The most that can be asked back from the source that the command names."""
    if case.command.note_id:
        behind = sum(row.amount_minor for row in refundable_fundings(case.decision, case.note))
        return min(case.note.balance_minor, behind)
    if case.command.invoice_id:
        rows = case.position.payments
        wanted = case.command.payment_id
        return sum(row.held_minor for row in rows if wanted in (None, row.source_id))
    return case.payment.unused_minor


@requires(refusals.RefundEnded)
def refund_not_converted(case: Case) -> Details | None:
    """The refund was not given as credit instead."""
    return unless(case.refund.state is not RefundState.CONVERTED, state=case.refund.state)


@requires(refusals.RefundEnded)
def refund_not_settled(case: Case) -> Details | None:
    """The money has not gone out."""
    return unless(case.refund.state is not RefundState.SETTLED, state=case.refund.state)


@requires(refusals.AlreadyInState)
def refund_moves_on(case: Case) -> Details | None:
    """The refund is not in the reported state already."""
    return unless(case.refund.state is not case.command.state, state=case.refund.state)


@requires(refusals.StateNotPossible)
def refund_state_reported(case: Case) -> Details | None:
    """A provider reports pending, settled or failed; settled money can only fail."""
    back = case.refund.state is RefundState.SETTLED and case.command.state is RefundState.PENDING
    return unless(case.command.state in MOVED_FROM and not back, field="state")


@requires(refusals.StateNotPossible)
def refund_status_known(case: Case) -> Details | None:
    """What is said of a note's refund is that it is pending, settled or failed."""
    said = case.command.refund_status
    return unless(said is None or said in MOVED_FROM, field="refund_status", state=said)


# ---------------------------------------------------------------- wallets


@requires(refusals.WalletTerminated)
def wallet_active(case: Case) -> Details | None:
    """The wallet is active."""
    return unless(case.wallet.status is WalletStatus.ACTIVE, field="wallet_id")


@requires(refusals.CreditsSpent)
def credits_left(case: Case) -> Details | None:
    """The amount is at most what is left of the credits, and something is."""
    return at_most("amount_minor", max(case.command.amount_minor or 1, 1), case.lot.left_minor)


@requires(refusals.CreditsSpent)
def wallet_credits_left(case: Case) -> Details | None:
    """The amount is at most what can be spent of the wallet's credits."""
    left = sum(lot.left_minor for lot in in_order(case.decision, [case.wallet]))
    return at_most("amount_minor", case.command.amount_minor, left)


@requires(refusals.CreditsSpent)
def lot_not_empty(case: Case) -> Details | None:
    """Something is left of the credits."""
    return unless(case.lot.left_minor > 0, field="lot_id")


@requires(refusals.NotExpired)
def lot_expired(case: Case) -> Details | None:
    """The credits' time has come."""
    return unless(expired(case.lot, case.decision.at), field="lot_id")


@requires(refusals.NotApplied)
def credits_applied(case: Case) -> Details | None:
    """Wallet credits settle the invoice, or are parked for it."""
    rows = [row for row in case.position.settlements if row.kind is SettlementKind.WALLET]
    return unless(any(row.live or row.held_minor for row in rows), field="invoice_id")
