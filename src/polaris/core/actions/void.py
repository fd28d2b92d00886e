"""Void: an invoice leaves the books, and everything given for it finds its place. Recipe 20.

Every live entry is reversed exactly. What settled the invoice is given back or held; what its own
notes gave already stands, and is cleared out of what is held; then the refund and credit asked now
are taken from there. Refunds come before credit, because only money can be refunded.
"""

from datetime import date

from polaris.core.actions.apply_credit_note import reopen
from polaris.core.actions.credits import refill, revoke
from polaris.core.actions.issue_credit_note import given_legs, land_credit
from polaris.core.actions.refund_payment import ask_refunds
from polaris.core.actions.void_credit_notes import write_notes
from polaris.core.balances.credit_amounts import cut_to_fit
from polaris.core.balances.funding import draw_cash, drawn, fund
from polaris.core.balances.invoice import InvoiceBalance, refunded
from polaris.core.balances.payment import under_way
from polaris.core.balances.settlement import place
from polaris.core.commands import VoidInvoice
from polaris.core.commands.values import GiveBack, TopUpPolicy
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote, Funding
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import (
    Invoice,
    InvoiceKind,
    Settlement,
    SettlementKind,
    Status,
    WriteOff,
)
from polaris.core.facts.payment import Refund, RefundState
from polaris.core.facts.tenant import VoidDated
from polaris.core.facts.wallet import Lot, Wallet, WalletStatus
from polaris.core.ledger import chart, recipes
from polaris.core.ledger.posting import UNDONE_BY_VOID, Entry, EntryKind, Leg


def void(decision: Decision, command: VoidInvoice) -> None:
    """Take the invoice out of the books."""
    before = decision.the(Invoice, command.invoice_id)
    day = business_day(decision, before, command)
    balance = InvoiceBalance(decision, before)
    command = cut_to_fit(balance, command)
    reverse_entries(decision, before, day)
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
    )
    decision.emit(EventKind.INVOICE_VOIDED, before, after)
    legs = clear_earlier_refunds(decision, balance)
    note = write_notes(decision, balance, command, customers_day(decision, before, command))
    legs += refund_now(decision, balance, command, note)
    legs += clear_earlier_credit(decision, balance)
    legs += keep_or_revoke_top_up(decision, balance, command.top_up)
    legs += credit_now(decision, balance, command, note)
    decision.enter(EntryKind.VOID_SETTLED, place(before, before).post(*legs), day)
    stop_collection(decision, before)


def customers_day(decision: Decision, invoice: Invoice, command: VoidInvoice) -> date:
    """The void's own day as its papers bear it: today is where the customer is."""
    customer = decision.the(Customer, invoice.customer_id)
    return business_day(decision, invoice, command, customer.timezone)


def business_day(
    decision: Decision, invoice: Invoice, command: VoidInvoice, timezone: str | None = None
) -> date:
    """The void's own day: the one asked for, else as the tenant's setting says.

    By itself it is never before the invoice's, which may be tomorrow's where the customer is.
    """
    if command.dated:
        return command.dated
    today = decision.today(timezone)
    issued = invoice.issue_date or today
    by_invoice = decision.tenant.settings.void_dated is VoidDated.INVOICE
    return issued if by_invoice else max(today, issued)


def reverse_entries(decision: Decision, invoice: Invoice, day: date) -> None:
    """Step a. Original postings are swapped, never computed again."""
    entries = decision.of(Entry, "invoice_id", invoice.id)
    undone = {entry.reverses for entry in entries}
    for entry in entries:
        if entry.kind in UNDONE_BY_VOID and entry.reverses is None and entry.id not in undone:
            decision.reverse(entry, day)
            return_revoked(decision, invoice, entry)


def return_revoked(decision: Decision, invoice: Invoice, entry: Entry) -> None:
    """Bought credits that the invoice's own notes had revoked are there again."""
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
    """Step b. A source is given back, or what is left of it is held for the voided invoice."""
    held = 0
    if settlement.kind is SettlementKind.PAYMENT:
        held = settlement.amount_minor - refunded(decision, settlement)
    elif settlement.kind is SettlementKind.NOTE and give_back.notes:
        reopen(decision, settlement.source_id, settlement.amount_minor)
    elif settlement.kind is SettlementKind.WALLET and goes_back(decision, settlement, give_back):
        refill(decision, settlement.source_id, settlement.amount_minor, settlement.invoice_id)
    elif settlement.kind in (SettlementKind.NOTE, SettlementKind.WALLET):
        held = settlement.amount_minor
    elif settlement.kind is SettlementKind.WRITE_OFF:
        decision.change(decision.the(WriteOff, settlement.source_id), reversed_at=decision.at)
    decision.change(settlement, removed_at=decision.at, held_minor=held)


def goes_back(decision: Decision, settlement: Settlement, give_back: GiveBack) -> bool:
    """Whether wallet credits become spendable again: as asked, while their wallet is active."""
    lot = decision.the(Lot, settlement.source_id)
    return give_back.wallet and decision.the(Wallet, lot.wallet_id).status is WalletStatus.ACTIVE


def clear_earlier_refunds(decision: Decision, balance: InvoiceBalance) -> list[Leg]:
    """Steps c and d: voided balances of the invoice's own notes, then what was refunded on it."""
    voided = sum(note.voided_minor for note in balance.notes)
    settled_by = {row.id for row in balance.live}  # money may have gone back by itself before
    legs = [recipes.earlier_given(chart.NOTES, voided)]
    for note in balance.notes:
        for refund in decision.of(Refund, "note_id", note.id):
            if refund.state is not RefundState.CONVERTED:
                there = refund.settlement_id in settled_by
                source = chart.UNAPPLIED if there else chart.GRANTED
                legs.append(recipes.earlier_given(source, refund.amount_minor))
    return legs


def refund_now(
    decision: Decision, balance: InvoiceBalance, command: VoidInvoice, note: CreditNote | None
) -> list[Leg]:
    """Step g: the refund asked with the void, out of held money."""
    if not command.refund_minor:
        return []
    held = InvoiceBalance(decision, balance.invoice).payments
    ask_refunds(decision, held, command.refund_minor, note, command.reason)
    return [recipes.refund_requested(chart.UNAPPLIED, command.refund_minor)]


def credit_now(
    decision: Decision, balance: InvoiceBalance, command: VoidInvoice, note: CreditNote | None
) -> list[Leg]:
    """Step h: the credit asked with the void, out of what is still held, then for nothing."""
    if note is None or not command.credit_minor:
        return []
    draws = drawn(decision, balance.settlements, command.credit_minor)
    fund(decision, note, draws)
    land_credit(decision, note)
    return given_legs(command.credit_to, draws)


def clear_earlier_credit(decision: Decision, balance: InvoiceBalance) -> list[Leg]:
    """Step e: what the invoice's own notes gave as credit now comes out of what is held."""
    legs: list[Leg] = []
    for note in balance.notes:
        draws = drawn(decision, balance.settlements, credit_standing(decision, note))
        for row in decision.of(Funding, "note_id", note.id):
            decision.change(row, amount_minor=0)
        fund(decision, note, draws)
        legs += [recipes.earlier_given(draw.account, draw.amount_minor) for draw in draws]
    return legs


def credit_standing(decision: Decision, note: CreditNote) -> int:
    """What a note gave as credit and neither took back nor paid out."""
    refunds = decision.of(Refund, "note_id", note.id)
    paid_out = sum(
        row.amount_minor
        for row in refunds
        if row.of_balance and row.state is not RefundState.CONVERTED
    )
    return note.credit_minor - note.voided_minor - paid_out


def keep_or_revoke_top_up(
    decision: Decision, balance: InvoiceBalance, policy: TopUpPolicy
) -> list[Leg]:
    """Step f: credits that landed stay, paid for out of held money, or the unspent ones go."""
    legs: list[Leg] = []
    if balance.invoice.kind is not InvoiceKind.TOP_UP:
        return legs
    for lot in decision.of(Lot, "invoice_id", balance.invoice.id):
        unspent = lot.left_minor if policy is TopUpPolicy.REVOKE else 0
        if unspent:
            revoke(decision, lot, unspent)
            legs.append(recipes.top_up_revoked(chart.UNEARNED, unspent))
        kept = draw_cash(decision, balance.settlements, lot.amount_minor - unspent)
        legs += [recipes.top_up_voided(draw.account, draw.amount_minor) for draw in kept]
    return legs


def stop_collection(decision: Decision, invoice: Invoice) -> None:
    """Payments on their way are to be stopped; one that arrives all the same is held."""
    for payment in under_way(decision, invoice):
        decision.emit(EventKind.PAYMENT_CANCEL_REQUESTED, payment, payment, invoice.id)
