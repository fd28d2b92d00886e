"""The credit notes that document a void. They book nothing: the reversal books the void."""

from datetime import date

from msgspec.structs import replace

from polaris.core.balances.credit_amounts import Credited, shared
from polaris.core.balances.credit_note import noted_by_setting
from polaris.core.balances.invoice import InvoiceBalance, NeverCredited
from polaris.core.balances.numbering import note_number
from polaris.core.balances.parties import current_parties
from polaris.core.commands import VoidInvoice
from polaris.core.commands.values import VoidNote
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote, CreditTo, NotePurpose, NoteStatus
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, InvoiceKind

REASON = "invoice_voided"


def write_notes(
    decision: Decision, balance: InvoiceBalance, command: VoidInvoice, day: date
) -> CreditNote | None:
    """Create the notes of the command's policy. Return the note with refund and credit, or None."""
    if command.note is VoidNote.REQUESTED_AND_VOIDED_REMAINDER:
        balance = NeverCredited(decision, balance.invoice)
    left = balance.creditable
    asked = command.credit_minor + command.refund_minor
    adjusts = command.note is VoidNote.ADJUSTMENT
    wanted = command.note is not VoidNote.NONE or command.credit_minor > 0
    note = None
    if wanted and (asked or (adjusts and left)):
        offset = left - asked if adjusts else 0
        sums = shared(balance, asked + offset)
        note = write(decision, balance, command, sums, command.note_id, offset, day)
    if command.note is VoidNote.REQUESTED_AND_VOIDED_REMAINDER:
        write_remainder(decision, command, NeverCredited(decision, balance.invoice), day)
    return note


def with_note_policy(decision: Decision, command: VoidInvoice) -> VoidInvoice:
    """Return the command with a policy for its notes; without one, the tenant's setting decides."""
    if command.note is not None:
        return command
    whole = noted_by_setting(decision.tenant, decision.the(Invoice, command.invoice_id))
    return replace(command, note=VoidNote.ADJUSTMENT if whole else VoidNote.REQUESTED)


def write(
    decision: Decision,
    balance: InvoiceBalance,
    command: VoidInvoice,
    sums: Credited,
    note_id: str | None,
    offset_minor: int,
    day: date,
) -> CreditNote:
    """Create the note for credit and refund. The offset of an adjustment is no longer owed."""
    to_note = command.credit_to is CreditTo.NOTE
    note = blank(decision, balance, command, sums, note_id, day)
    note = decision.change(
        note,
        offset_minor=offset_minor,
        credit_minor=command.credit_minor,
        refund_minor=command.refund_minor,
        balance_minor=command.credit_minor if to_note else 0,
        credit_to=command.credit_to,
    )
    decision.emit(EventKind.CREDIT_NOTE_ISSUED, None, note)
    return note


def write_remainder(
    decision: Decision, command: VoidInvoice, uncredited: NeverCredited, day: date
) -> None:
    """Create a second note for the rest, voided at once, so that nothing stays creditable.

    A top-up invoice gets none: its sold credits cannot be credited.
    """
    if uncredited.creditable <= 0 or uncredited.invoice.kind is InvoiceKind.TOP_UP:
        return
    sums = shared(uncredited, uncredited.creditable)
    note = blank(decision, uncredited, command, sums, command.remainder_note_id, day)
    note = decision.change(
        note,
        status=NoteStatus.VOIDED,
        credit_minor=sums.total,  # without a balance, so its voiding took nothing back
        voided_at=decision.at,
    )
    decision.emit(EventKind.CREDIT_NOTE_ISSUED, None, note)


def blank(
    decision: Decision,
    balance: InvoiceBalance,
    command: VoidInvoice,
    sums: Credited,
    note_id: str | None,
    day: date,
) -> CreditNote:
    """Create a numbered note of the voided invoice with lines and taxes, but no amounts to give."""
    invoice = balance.invoice
    note_id = note_id or decision.new_id()
    series, number = note_number(decision, note_id, invoice.customer_id, invoice)
    note = CreditNote(
        id=note_id,
        customer_id=invoice.customer_id,
        invoice_id=invoice.id,
        purpose=NotePurpose.VOID,
        number=number,
        series=series,
        reason=command.reason or REASON,
        description=command.note_description or command.comment,
        currency=invoice.currency,
        net_minor=sums.net,
        tax_minor=sums.tax,
        total_minor=sums.total,
        issue_date=decision.accounting_date(day),
        issued_at=decision.at,
        parties=current_parties(decision, invoice.customer_id),
    )
    sums.write(decision, note.id)
    return decision.put(note)
