"""Void a credit note: take back its balance, and its offset unless the invoice is voided."""

from polaris.core.actions.issue_credit_note import note_context
from polaris.core.balances.credit_note import TakenBack, taken_back
from polaris.core.balances.funding import give_back, unfund
from polaris.core.balances.invoice import taken_back_minor
from polaris.core.balances.lot import refill
from polaris.core.balances.settlement import match_sold, remove
from polaris.core.commands import VoidCreditNote
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote, FundingKind, NoteStatus
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.facts.wallet import Lot
from polaris.core.ledger import chart, recipes
from polaris.core.ledger.posting import Entry, EntryKind, Leg
from polaris.money import allocate, share_out


def void_note(decision: Decision, command: VoidCreditNote) -> None:
    """Void a credit note. Its balance returns to revenue, or to its funding if it books none."""
    before = decision.the(CreditNote, command.note_id)
    back = taken_back(decision, before)
    after = decision.change(
        before,
        status=NoteStatus.VOIDED,
        voided_at=decision.at,
        voided_minor=before.voided_minor + back.balance_minor,
        balance_minor=0,
    )
    if takes_back(decision, before):
        restore_revenue(decision, before, after, back)
    else:
        return_funding(decision, before)
    decision.emit(EventKind.CREDIT_NOTE_VOIDED, before, after)


def takes_back(decision: Decision, note: CreditNote) -> bool:
    """True if the note's own entry is in force: it has one, and its invoice is not voided."""
    invoice = decision.get(Invoice, note.invoice_id)
    voided = invoice is not None and invoice.status is Status.VOIDED
    return note.document_entry_id is not None and not voided


def restore_revenue(
    decision: Decision, note: CreditNote, after: CreditNote, back: TakenBack
) -> None:
    """Return balance and offset pro rata to the accounts that they came from (recipe 12).

    This is for notes of a live invoice and for standalone notes.
    """
    returned = returned_by_account(decision, note, after)
    balance = allocate(back.balance_minor, list(returned.values()))
    legs: list[Leg] = []
    for (account, share), of_balance in zip(returned.items(), balance, strict=True):
        legs.append(recipes.note_balance_voided(account, of_balance))
        legs.append(recipes.note_offset_voided(account, share - of_balance))
        if account == chart.WALLETS and share:
            unrevoke(decision, note, share)
    legs += discounts_again(decision, note, after)
    decision.enter(EntryKind.NOTE_VOIDED, note_context(note).post(*legs))
    for row in back.offsets:
        remove(decision, row)
    for _ in unfund(decision, note, back.balance_minor):
        pass  # on a live invoice the funding was only remembered
    if invoice := decision.get(Invoice, note.invoice_id):
        match_sold(decision, invoice)


def returned_by_account(
    decision: Decision, before: CreditNote, after: CreditNote
) -> dict[str, int]:
    """Return what the voiding gives back to each account that the note's entry debited.

    A note can be voided again when credit of it returns from an invoice. All its voidings together
    are shared out, and each books the difference, so that the whole is exact however it is cut.
    """
    document = decision.the(Entry, before.document_entry_id)
    accounts: dict[str, int] = {}
    for posting in document.postings:
        if posting.credit != chart.DISCOUNTS:
            accounts[posting.debit] = accounts.get(posting.debit, 0) + posting.amount_minor
    was = share_out(taken_back_minor(before), list(accounts.values()))
    now = share_out(taken_back_minor(after), list(accounts.values()))
    return {name: new - old for name, old, new in zip(accounts, was, now, strict=True)}


def discounts_again(decision: Decision, before: CreditNote, after: CreditNote) -> list[Leg]:
    """Return the legs that book again the discounts that the note's entry took back."""
    document = decision.the(Entry, before.document_entry_id)
    return [
        recipes.discount_again(
            posting.debit,
            posting.amount_minor * taken_back_minor(after) // before.total_minor
            - posting.amount_minor * taken_back_minor(before) // before.total_minor,
        )
        for posting in document.postings
        if posting.credit == chart.DISCOUNTS
    ]


def unrevoke(decision: Decision, note: CreditNote, amount_minor: int) -> None:
    """Put purchased credits that the note had revoked back into their lots."""
    for lot in decision.of(Lot, "invoice_id", note.invoice_id or ""):
        refill(decision, lot.id, amount_minor, note.invoice_id)


def return_funding(decision: Decision, note: CreditNote) -> None:
    """Return the balance to its funding on a voided invoice, granted parts first (recipe 12)."""
    for draw in unfund(decision, note, note.balance_minor):
        give_back(decision, draw)
        lost = draw.kind is FundingKind.LOST  # its loss is the customer's, not the invoice's
        context = note_context(note)._replace(invoice_id=None) if lost else note_context(note)
        leg = recipes.note_balance_voided(draw.account, draw.amount_minor)
        decision.enter(EntryKind.NOTE_VOIDED, context.post(leg))
