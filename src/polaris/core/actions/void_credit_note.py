"""Take back what is left of a credit note: its balance, and its offset while the invoice lives."""

from collections.abc import Iterable

from polaris.core.actions.credits import refill
from polaris.core.actions.issue_credit_note import place
from polaris.core.balances.credit_note import live_offsets
from polaris.core.balances.funding import give_back, unfund
from polaris.core.balances.settlement import remove
from polaris.core.commands import VoidCreditNote
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote, FundingKind, NoteStatus
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, Settlement, Status
from polaris.core.facts.wallet import Lot
from polaris.core.ledger import chart, recipes
from polaris.core.ledger.posting import Entry, EntryKind, Leg
from polaris.money import allocate


def void_note(decision: Decision, command: VoidCreditNote) -> None:
    """The balance ends; where it goes depends on whether the note still takes revenue back."""
    before = decision.the(CreditNote, command.note_id)
    offsets = live_offsets(decision, before)
    after = decision.change(
        before,
        status=NoteStatus.VOIDED,
        voided_at=decision.at,
        voided_minor=before.voided_minor + before.balance_minor,
        balance_minor=0,
    )
    if takes_back(decision, before):
        restore_revenue(decision, before, offsets)
    else:
        return_funding(decision, before)
    decision.emit(EventKind.CREDIT_NOTE_VOIDED, before, after)


def takes_back(decision: Decision, note: CreditNote) -> bool:
    """Whether the note's own booking stands: it has one, and its invoice was not voided."""
    invoice = decision.get(Invoice, note.invoice_id)
    voided = invoice is not None and invoice.status is Status.VOIDED
    return note.document_entry_id is not None and not voided


def restore_revenue(decision: Decision, note: CreditNote, offsets: Iterable[Settlement]) -> None:
    """Recipe 12 on a live invoice or standing alone: pro rata to the accounts it came out of."""
    left = left_of_document(decision, note)
    offset = sum(row.amount_minor for row in offsets)
    both = allocate(note.balance_minor + offset, list(left.values()))
    balance = allocate(note.balance_minor, both)
    legs: list[Leg] = []
    for account, share, of_balance in zip(left, both, balance, strict=True):
        legs.append(recipes.note_balance_voided(account, of_balance))
        legs.append(recipes.note_offset_voided(account, share - of_balance))
        if account == chart.WALLETS:
            unrevoke(decision, note, share)
    decision.enter(EntryKind.NOTE_VOIDED, place(note).post(*legs))
    for row in offsets:
        remove(decision, row)
    for _ in unfund(decision, note, note.balance_minor):
        pass  # on a live invoice the funding was only remembered


def left_of_document(decision: Decision, note: CreditNote) -> dict[str, int]:
    """What the note took out of each account and an earlier voiding did not return.

    A note has several when it was voided, and credit of it came back from where it was used.
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
    """Bought credits that the note had revoked can be spent again."""
    for lot in decision.of(Lot, "invoice_id", note.invoice_id or ""):
        refill(decision, lot.id, amount_minor, note.invoice_id)


def return_funding(decision: Decision, note: CreditNote) -> None:
    """Recipe 12 on a voided invoice: back to what was behind it, what was granted first."""
    for draw in unfund(decision, note, note.balance_minor):
        give_back(decision, draw)
        lost = draw.kind is FundingKind.LOST  # its loss is the customer's, not the invoice's
        where = place(note)._replace(invoice_id=None) if lost else place(note)
        leg = recipes.note_balance_voided(draw.account, draw.amount_minor)
        decision.enter(EntryKind.NOTE_VOIDED, where.post(leg))
