"""Void a credit note: take back its balance, and its offset unless the invoice is voided."""

from polaris.core.actions.issue_credit_note import note_context
from polaris.core.balances.credit_note import TakenBack, taken_back
from polaris.core.balances.funding import give_back, unfund
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
from polaris.money import allocate


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
        restore_revenue(decision, before, back)
    else:
        return_funding(decision, before)
    decision.emit(EventKind.CREDIT_NOTE_VOIDED, before, after)


def takes_back(decision: Decision, note: CreditNote) -> bool:
    """True if the note's own entry is in force: it has one, and its invoice is not voided."""
    invoice = decision.get(Invoice, note.invoice_id)
    voided = invoice is not None and invoice.status is Status.VOIDED
    return note.document_entry_id is not None and not voided


def restore_revenue(decision: Decision, note: CreditNote, back: TakenBack) -> None:
    """Return balance and offset pro rata to the accounts that they came from (recipe 12).

    This is for notes of a live invoice and for standalone notes.
    """
    left = left_of_document(decision, note)
    both = allocate(back.total_minor, list(left.values()))
    balance = allocate(back.balance_minor, both)
    legs: list[Leg] = []
    for account, share, of_balance in zip(left, both, balance, strict=True):
        legs.append(recipes.note_balance_voided(account, of_balance))
        legs.append(recipes.note_offset_voided(account, share - of_balance))
        if account == chart.WALLETS:
            unrevoke(decision, note, share)
    decision.enter(EntryKind.NOTE_VOIDED, note_context(note).post(*legs))
    for row in back.offsets:
        remove(decision, row)
    for _ in unfund(decision, note, back.balance_minor):
        pass  # on a live invoice the funding was only remembered
    if invoice := decision.get(Invoice, note.invoice_id):
        match_sold(decision, invoice)


def left_of_document(decision: Decision, note: CreditNote) -> dict[str, int]:
    """Return the amount left per account: taken by the note and not returned by a voiding.

    A note can be voided again when credit of it returns from an invoice after the first voiding.
    """
    document = decision.the(Entry, note.document_entry_id)
    left = {posting.debit: posting.amount_minor for posting in document.postings}
    entries = decision.of(Entry, "invoice_id", note.invoice_id) if note.invoice_id else []
    for entry in entries:
        for posting in entry.postings:
            if entry.kind is EntryKind.NOTE_VOIDED and posting.source_id == note.id:
                left[posting.credit] -= posting.amount_minor
    return left


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
