"""Settle an invoice with a credit note's balance, or remove the note from the invoice."""

from polaris.core.balances.credit_note import usable_notes
from polaris.core.balances.settlement import remove, settle, standing, unhold
from polaris.core.commands import ApplyCreditNote, RemoveCreditNote
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote, NoteStatus
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, SettlementKind
from polaris.core.ledger import recipes
from polaris.core.ledger.posting import EntryKind


def apply(decision: Decision, command: ApplyCreditNote) -> None:
    """Settle an invoice with a credit note's balance."""
    note = decision.the(CreditNote, command.note_id)
    invoice = decision.the(Invoice, command.invoice_id)
    most = min(note.balance_minor, invoice.outstanding_minor)
    use(decision, note, invoice.id, command.amount_minor or most)


def apply_notes(decision: Decision, invoice_id: str) -> None:
    """Settle an invoice with the customer's open credit notes, the oldest first."""
    invoice = decision.the(Invoice, invoice_id)
    for note in sorted(usable_notes(decision, invoice), key=lambda row: (row.issued_at, row.id)):
        amount = min(note.balance_minor, decision.the(Invoice, invoice_id).outstanding_minor)
        use(decision, note, invoice_id, amount)


def use(decision: Decision, note: CreditNote, invoice_id: str, amount_minor: int) -> None:
    """Settle an invoice with part of a credit note's balance (recipe 11)."""
    if not amount_minor:
        return
    decision.change(note, balance_minor=note.balance_minor - amount_minor)
    booked = EntryKind.NOTE_APPLIED, recipes.note_applied(amount_minor)
    settlement = settle(decision, invoice_id, SettlementKind.NOTE, note, amount_minor, booked)
    decision.emit(EventKind.CREDIT_NOTE_APPLIED, None, settlement)


def take_off(decision: Decision, command: RemoveCreditNote) -> None:
    """Give a credit note its balance back, if it settles the invoice or a void parked it there."""
    for settlement in standing(decision, command.note_id, command.invoice_id):
        if settlement.kind is not SettlementKind.NOTE:
            continue  # the invoice's own note also lowers it by its offset, which stays
        freed = settlement.amount_minor if settlement.live else settlement.held_minor
        after = remove(decision, settlement) if settlement.live else unhold(decision, settlement)
        reopen(decision, command.note_id, freed)
        decision.emit(EventKind.CREDIT_NOTE_REMOVED, settlement, after)


def reopen(decision: Decision, note_id: str, amount_minor: int) -> None:
    """Return credit to its note. A note that was voided meanwhile is issued again."""
    note = decision.the(CreditNote, note_id)
    decision.change(note, balance_minor=note.balance_minor + amount_minor, status=NoteStatus.ISSUED)
