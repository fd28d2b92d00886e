"""Void an invoice (recipe 20).

Every live entry is reversed exactly. What settled the invoice is given back or held. Credit and
refunds that its own credit notes already gave stay valid; they are cleared out of what is held.
Then the refund and the credit of the command are taken from there. Refunds come before credit,
because only money can be refunded.
"""

from datetime import date

from polaris.core.actions.apply_credit_note import reopen
from polaris.core.actions.double_return import report_disputed
from polaris.core.actions.issue_credit_note import given_legs, land_credit
from polaris.core.actions.refund_payment import ask_refunds
from polaris.core.actions.void_credit_notes import with_note_policy, write_notes
from polaris.core.actions.void_top_up import keep_or_revoke_top_up
from polaris.core.balances.credit_amounts import cut_to_fit
from polaris.core.balances.credit_note import credit_standing
from polaris.core.balances.funding import drawn, fund
from polaris.core.balances.invoice import InvoiceBalance, refunded
from polaris.core.balances.lot import refill, revoke
from polaris.core.balances.payment import under_way
from polaris.core.balances.settlement import invoice_context
from polaris.core.commands import VoidInvoice
from polaris.core.commands.values import GiveBack
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote, Funding
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import (
    Invoice,
    Settlement,
    SettlementKind,
    Status,
    WriteOff,
)
from polaris.core.facts.payment import Refund, RefundState
from polaris.core.facts.tenant import VoidDated
from polaris.core.facts.wallet import Lot, Wallet, WalletStatus
from polaris.core.ledger import chart, recipes
from polaris.core.ledger.posting import UNDONE_BY_VOID, Entry, EntryKind, Leg, Posting


def void(decision: Decision, command: VoidInvoice) -> None:
    """Void the invoice."""
    before = decision.the(Invoice, command.invoice_id)
    by_invoice = decision.tenant.settings.void_dated is VoidDated.INVOICE
    decision.book_on(command.dated, before.issue_date if by_invoice else None)
    balance = InvoiceBalance(decision, before)
    command = with_note_policy(decision, cut_to_fit(balance, command))
    unbooked = reverse_entries(decision, before)
    for settlement in balance.live:
        end(decision, settlement, command.give_back)
    after = decision.change(
        before,
        status=Status.VOIDED,
        voided_at=decision.at,
        void_reason=command.reason,
        void_comment=command.comment,
        paid_at_void_minor=before.paid_minor,
        outstanding_at_void_minor=before.outstanding_minor,
        paid_minor=0,
        outstanding_minor=0,
        overdue_since=None,
    )
    decision.emit(EventKind.INVOICE_VOIDED, before, after)
    earlier = clear_earlier_refunds(decision, balance)
    note = write_notes(decision, balance, command, document_day(decision, before, command))
    legs = refund_now(decision, balance, command, note)
    legs += clear_earlier_credit(decision, balance)
    legs += keep_or_revoke_top_up(decision, balance, command)
    legs += credit_now(decision, balance, command, note)
    postings = (*earlier, *invoice_context(before, before).post(*legs))
    decision.enter(EntryKind.VOID_SETTLED, postings)
    decision.date_together(unbooked)
    stop_collection(decision, before)
    if command.credit_minor or command.refund_minor:
        report_disputed(decision, before.id)


def document_day(decision: Decision, invoice: Invoice, command: VoidInvoice) -> date:
    """Return the day for the credit notes of the void: the day asked for, else by `void_dated`.

    Without a day in the command it is not before the invoice's own date.
    """
    customer = decision.the(Customer, invoice.customer_id)
    if command.dated:
        return command.dated
    if decision.tenant.settings.void_dated is VoidDated.INVOICE and invoice.issue_date:
        return invoice.issue_date
    return decision.document_day(customer, invoice.issue_date)


def reverse_entries(decision: Decision, invoice: Invoice) -> Entry | None:
    """Reverse the entries (step a). Return the reversal of the invoice's own booking.

    Original postings are swapped, never computed again.
    """
    entries = decision.of(Entry, "invoice_id", invoice.id)
    undone = {entry.reverses for entry in entries}
    unbooked = None
    for entry in entries:
        if entry.kind in UNDONE_BY_VOID and entry.reverses is None and entry.id not in undone:
            reversal = decision.reverse(entry)
            unbooked = reversal if entry.kind is EntryKind.FINALIZED else unbooked
            return_revoked(decision, invoice, entry)
    return unbooked


def return_revoked(decision: Decision, invoice: Invoice, entry: Entry) -> None:
    """Undo in the lots what the reversed entry of the invoice's own note did to credits."""
    if entry.kind not in (EntryKind.NOTE_ISSUED, EntryKind.NOTE_VOIDED):
        return
    for posting in entry.postings:
        if posting.debit == chart.WALLETS:
            for lot in decision.of(Lot, "invoice_id", invoice.id):
                refill(decision, lot.id, posting.amount_minor, invoice.id)
        elif posting.credit == chart.WALLETS:
            for lot in decision.of(Lot, "invoice_id", invoice.id):
                revoke(decision, lot, posting.amount_minor)


def end(decision: Decision, settlement: Settlement, give_back: GiveBack) -> None:
    """Give a source back, or hold what is left of it for the voided invoice (step b)."""
    held = 0
    if settlement.kind is SettlementKind.PAYMENT:
        held = settlement.amount_minor - refunded(decision, settlement)
    elif settlement.kind is SettlementKind.NOTE and is_given_back(decision, settlement, give_back):
        reopen(decision, settlement.source_id, settlement.amount_minor)
    elif settlement.kind is SettlementKind.WALLET and goes_back(decision, settlement, give_back):
        refill(decision, settlement.source_id, settlement.amount_minor, settlement.invoice_id)
    elif settlement.kind in (SettlementKind.NOTE, SettlementKind.WALLET):
        held = settlement.amount_minor
    elif settlement.kind is SettlementKind.WRITE_OFF:
        decision.change(decision.the(WriteOff, settlement.source_id), reversed_at=decision.at)
    decision.change(settlement, removed_at=decision.at, held_minor=held)


def is_given_back(decision: Decision, settlement: Settlement, give_back: GiveBack) -> bool:
    """True if an applied credit note becomes spendable again: as the command says.

    Older books hold notes that settled their own invoice. Their credit ends with the invoice.
    """
    note = decision.the(CreditNote, settlement.source_id)
    return give_back.notes and note.invoice_id != settlement.invoice_id


def goes_back(decision: Decision, settlement: Settlement, give_back: GiveBack) -> bool:
    """True if wallet credits become spendable again: as the command says, in an active wallet."""
    lot = decision.the(Lot, settlement.source_id)
    return give_back.wallet and decision.the(Wallet, lot.wallet_id).status is WalletStatus.ACTIVE


def clear_earlier_refunds(decision: Decision, balance: InvoiceBalance) -> tuple[Posting, ...]:
    """Return the postings for own notes: voided balances (step c), then earlier refunds (step d).

    Each posting of a refund names it, so that a conversion finds what the refund was cleared from.
    """
    invoice = balance.invoice
    voided = sum(note.voided_minor for note in balance.notes)
    settled_by = {row.id for row in balance.live}  # a payment may have been reversed before
    leg = recipes.earlier_given(chart.NOTES, voided)
    postings = invoice_context(invoice, invoice).post(leg)
    for note in balance.notes:
        for refund in decision.of(Refund, "note_id", note.id):
            if refund.state is not RefundState.CONVERTED:
                there = refund.settlement_id in settled_by
                source = chart.UNAPPLIED if there else chart.GRANTED_REFUNDS
                leg = recipes.earlier_given(source, refund.amount_minor)
                postings += invoice_context(invoice, refund).post(leg)
    return postings


def refund_now(
    decision: Decision, balance: InvoiceBalance, command: VoidInvoice, note: CreditNote | None
) -> list[Leg]:
    """Request the refund of the command out of held money (step g). Return its legs."""
    if not command.refund_minor:
        return []
    held = InvoiceBalance(decision, balance.invoice).payments
    ask_refunds(decision, held, command.refund_minor, note, command.reason)
    return [recipes.refund_requested(chart.UNAPPLIED, command.refund_minor)]


def credit_now(
    decision: Decision, balance: InvoiceBalance, command: VoidInvoice, note: CreditNote | None
) -> list[Leg]:
    """Fund the credit of the command (step h). Return its legs.

    It is taken out of what is still held; the rest is granted without money behind it.
    """
    if note is None or not command.credit_minor:
        return []
    draws = drawn(decision, balance.settlements, command.credit_minor)
    fund(decision, note, draws)
    land_credit(decision, note)
    return given_legs(command.credit_to, draws)


def clear_earlier_credit(decision: Decision, balance: InvoiceBalance) -> list[Leg]:
    """Fund credit of the invoice's own notes out of what is held (step e). Return its legs."""
    legs: list[Leg] = []
    for note in balance.notes:
        draws = drawn(decision, balance.settlements, credit_standing(decision, note))
        for row in decision.of(Funding, "note_id", note.id):
            decision.change(row, amount_minor=0)
        fund(decision, note, draws)
        legs += [recipes.earlier_given(draw.account, draw.amount_minor) for draw in draws]
    return legs


def stop_collection(decision: Decision, invoice: Invoice) -> None:
    """Ask the provider to cancel unfinished payments. Money that arrives anyway is held."""
    for payment in under_way(decision, invoice):
        decision.emit(EventKind.PAYMENT_CANCEL_REQUESTED, payment, payment, invoice.id)
