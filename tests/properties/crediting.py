"""Commands about credit notes, refunds and wallets."""

from datetime import timedelta

from polaris.core import commands as ask
from polaris.core.balances.credit_amounts import credited
from polaris.core.balances.refund import UNDER_WAY
from polaris.core.commands import Command
from polaris.core.commands.values import CreditedLine
from polaris.core.facts.credit_note import CreditNote, CreditTo, NoteStatus
from polaris.core.facts.customer import Customer
from polaris.core.facts.details import Details
from polaris.core.facts.invoice import Invoice, InvoiceKind, Settlement, SettlementKind
from polaris.core.facts.payment import Payment, PaymentState, Refund, RefundState
from polaris.core.facts.task import Task
from polaris.core.facts.wallet import Lot, Wallet
from polaris.core.refusals import Refusal
from properties.asking import CURRENCIES, SIZES, TAXES, Asking, active, finalized, live, voided
from properties.billing import payment_of

# ------------------------------------------------------------ credit notes


def credit(by: Asking) -> Command:
    issued = voided if by.seldom(6) else finalized
    invoice = by.one(Invoice, issued)
    balance = by.balance(invoice)
    lines = by.credited_lines(balance)
    try:
        total = credited(balance, lines).total
    except Refusal:
        total = 100
    offset = min(total, by.choices.whole(0, max(invoice.outstanding_minor, 0)))
    refund = min(total - offset, by.choices.whole(0, max(balance.refundable, 0)))
    off = 0 if by.mostly(25) else 1
    return ask.IssueCreditNote(
        note_id=by.new("note"),
        invoice_id=invoice.id,
        lines=lines,
        offset_minor=offset,
        credit_minor=max(total - offset - refund, 0),
        refund_minor=refund + off,
        credit_to=CreditTo.WALLET if by.seldom() else CreditTo.NOTE,
        dated=by.day(),
    )


def standalone(by: Asking) -> Command:
    line = CreditedLine(amount_minor=by.choices.among(SIZES), taxes=TAXES[: by.choices.whole(0, 3)])
    return ask.IssueStandaloneNote(
        note_id=by.new("note"),
        customer_id=by.id_of(Customer, live),
        currency=by.choices.among(CURRENCIES),
        lines=(line,),
        dated=by.day(),
    )


def annotate_note(by: Asking) -> Command:
    refunded = by.choices.among(by.world.all(Refund) or [None])
    details: Details = {"x": {"note": by.choices.whole(0, 3)}}
    return ask.AnnotateCreditNote(
        note_id=(refunded and refunded.note_id) or by.id_of(CreditNote),
        refund_status=by.choices.among((None, *RefundState)),
        details=details,
    )


def void_note(by: Asking) -> Command:
    wanted = by.id_of(
        CreditNote,
        lambda row: (
            row.status is NoteStatus.ISSUED and (row.balance_minor > 0 or row.offset_minor > 0)
        ),
    )
    return ask.VoidCreditNote(note_id=wanted)


def apply_note(by: Asking) -> Command:
    note = by.one(CreditNote, lambda row: row.balance_minor > 0)
    invoice = by.owed_by(note)
    amount = by.amount(min(note.balance_minor, invoice.outstanding_minor))
    return ask.ApplyCreditNote(
        note_id=note.id, invoice_id=invoice.id, amount_minor=by.perhaps(amount)
    )


def remove_note(by: Asking) -> Command:
    row = by.settlement(SettlementKind.NOTE)
    return ask.RemoveCreditNote(note_id=row.source_id, invoice_id=row.invoice_id)


# ------------------------------------------------------------ refunds


def resolve_task(by: Asking) -> Command:
    wanted = by.id_of(Task, lambda row: row.resolved_at is None)
    return ask.ResolveTask(task_id=wanted, resolution="" if by.seldom(9) else "Seen.")


def refund(by: Asking) -> Command:
    source = by.choices.among((refund_of_note, refund_of_held, refund_unused))
    return source(by)


def refund_of_note(by: Asking) -> Command:
    note = by.one(CreditNote, lambda row: row.balance_minor > 0)
    return ask.RequestRefund(
        refund_id=by.new("refund"),
        amount_minor=by.amount(note.balance_minor),
        note_id=note.id,
    )


def refund_of_held(by: Asking) -> Command:
    row = by.one(Settlement, lambda row: bool(row.held_minor and row.kind == "payment"))
    return ask.RequestRefund(
        refund_id=by.new("refund"),
        amount_minor=by.amount(row.held_minor),
        invoice_id=row.invoice_id,
        payment_id=by.perhaps(row.source_id),
    )


def refund_unused(by: Asking) -> Command:
    payment = by.one(Payment, lambda row: row.unused_minor > 0)
    return ask.RequestRefund(
        refund_id=by.new("refund"),
        amount_minor=by.amount(payment.unused_minor),
        payment_id=payment.id if by.mostly(30) else None,
    )


def report_refund(by: Asking) -> Command:
    wanted = by.id_of(Refund, lambda row: row.state is not RefundState.CONVERTED)
    likely = (RefundState.SETTLED, RefundState.FAILED, *UNDER_WAY)
    state = by.choices.among(likely if by.mostly() else tuple(RefundState))
    return ask.UpdateRefund(refund_id=wanted, state=state)


def record_refund(by: Asking) -> Command:
    return ask.RecordRefund(
        refund_id=by.new("refund"),
        payment_id=by.id_of(Payment, lambda row: row.state is PaymentState.SUCCEEDED),
        amount_minor=by.amount(600),
        state=by.choices.among((RefundState.SETTLED, RefundState.PENDING)),
    )


def convert_refund(by: Asking) -> Command:
    ended = (RefundState.CONVERTED, RefundState.SETTLED)
    wanted = by.id_of(Refund, lambda row: row.state not in ended)
    return ask.ConvertRefund(refund_id=wanted, note_id=by.new("note"))


# ------------------------------------------------------------ wallets


def open_wallet(by: Asking) -> Command:
    return ask.OpenWallet(
        wallet_id=by.new("wallet"),
        customer_id=by.id_of(Customer, live),
        currency=by.choices.among(CURRENCIES),
        priority=by.choices.whole(1, 3),
    )


def change_wallet(by: Asking) -> Command:
    priority = by.choices.whole(0, 3)
    ends = by.world.at + timedelta(days=by.choices.whole(0, 3))
    return ask.UpdateWallet(
        wallet_id=by.id_of(Wallet, active), priority=by.given(priority), expires_at=by.given(ends)
    )


def grant(by: Asking) -> Command:
    later = by.world.at + timedelta(days=by.choices.whole(0, 10))
    return ask.GrantCredits(
        lot_id=by.new("lot"),
        wallet_id=by.id_of(Wallet, active),
        amount_minor=by.amount(300),
        expires_at=by.perhaps(later),
    )


def buy(by: Asking) -> Command:
    return ask.BuyCredits(
        invoice_id=by.new("invoice"),
        wallet_id=by.id_of(Wallet, active),
        amount_minor=by.amount(400),
        taxes=TAXES[: by.choices.whole(0, 1)],
        issue_date=by.day(),
    )


def pay_top_up(by: Asking) -> Command:
    invoice = by.one(
        Invoice, lambda row: row.kind is InvoiceKind.TOP_UP and row.outstanding_minor > 0
    )
    return payment_of(by, invoice)


def restore(by: Asking) -> Command:
    row = by.settlement(SettlementKind.WALLET)
    return ask.RestoreCredits(invoice_id=row.invoice_id)


def void_credits(by: Asking) -> Command:
    lot = by.one(Lot, lambda row: row.left_minor > 0)
    return ask.VoidCredits(
        lot_id=lot.id,
        amount_minor=by.perhaps(by.amount(lot.left_minor)),
    )


def void_wallet(by: Asking) -> Command:
    lot = by.one(Lot, lambda row: row.left_minor > 0)
    amount = by.amount(lot.left_minor + by.choices.whole(0, 50))
    return ask.VoidWalletCredits(wallet_id=lot.wallet_id, amount_minor=amount)


def expire(by: Asking) -> Command:
    now = by.world.at
    return ask.ExpireCredits(
        lot_id=by.id_of(
            Lot, lambda row: bool(row.left_minor and row.expires_at and row.expires_at <= now)
        )
    )


def expire_wallet(by: Asking) -> Command:
    now = by.world.at
    return ask.ExpireWallet(
        wallet_id=by.id_of(
            Wallet, lambda row: active(row) and bool(row.expires_at and row.expires_at <= now)
        )
    )


def terminate(by: Asking) -> Command:
    return ask.TerminateWallet(wallet_id=by.id_of(Wallet))
