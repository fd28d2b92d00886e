"""Explain for every command on an invoice whether it is allowed, and the refusals if it is not."""

from collections.abc import Callable
from typing import NamedTuple

from polaris.core import commands
from polaris.core.balances.credit_amounts import credited
from polaris.core.balances.credit_note import usable_notes
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.commands import Command
from polaris.core.commands.values import CreditedLine
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote, NoteStatus
from polaris.core.facts.invoice import Invoice, SettlementKind
from polaris.core.facts.payment import Payment
from polaris.core.lifecycle import POLARIS, refusals_of
from polaris.core.refusals import (
    AlreadyCredited,
    NotApplied,
    NotEnoughUnused,
    NothingToVoid,
    Refusal,
)
from polaris.core.transition import Dialect

Make = Callable[[InvoiceBalance], Command]


class Answer(NamedTuple):
    """Whether a command would be allowed now, and its refusals."""

    command: str
    allowed: bool
    refusals: tuple[Refusal, ...]

    @property
    def instead(self) -> tuple[str, ...]:
        """Return the way out of each refusal."""
        return tuple(refusal.instead for refusal in self.refusals)


def answers(decision: Decision, invoice_id: str, dialect: Dialect = POLARIS) -> list[Answer]:
    """Return an answer for each command on an invoice, tried with the fewest fields."""
    balance = InvoiceBalance(decision, decision.the(Invoice, invoice_id))
    return [_answer(balance, name, make, dialect) for name, make in _SMALLEST.items()]


def _answer(balance: InvoiceBalance, name: type[Command], make: Make, dialect: Dialect) -> Answer:
    try:
        refused = refusals_of(balance.decision, make(balance), dialect)
    except Refusal as refusal:
        refused = (refusal,)
    return Answer(name.__name__, not refused, refused)


def _standing(balance: InvoiceBalance, kind: SettlementKind) -> str:
    """Return the id of a source of this kind that is live or held. Raises NotApplied."""
    for row in balance.settlements:
        if row.kind is kind and (row.live or row.held_minor):
            return row.source_id
    raise NotApplied(id=balance.invoice.id)


def _unused_payment(balance: InvoiceBalance) -> str:
    """Return the id of a payment with unused money. Raises NotEnoughUnused."""
    for row in balance.decision.of(Payment, "customer_id", balance.invoice.customer_id):
        if row.unused_minor and row.currency == balance.invoice.currency:
            return row.id
    raise NotEnoughUnused(limit_minor=0)


def _open_note(balance: InvoiceBalance) -> str:
    """Return the id of a credit note that can settle the invoice. Raises NotEnoughUnused."""
    for row in usable_notes(balance.decision, balance.invoice):
        return row.id
    raise NotEnoughUnused(limit_minor=0)


def _own_note(balance: InvoiceBalance) -> str:
    """Return the id of the invoice's own note, issued ones first. Raises NothingToVoid."""
    for row in sorted(balance.notes, key=_voiding_order):
        return row.id
    raise NothingToVoid(id=balance.invoice.id)


def _voiding_order(note: CreditNote) -> tuple[bool, int]:
    return note.status is NoteStatus.VOIDED, -note.balance_minor


def _write_off(balance: InvoiceBalance) -> str:
    """Return the id of the live write-off of the invoice. Raises NotApplied."""
    return _standing(balance, SettlementKind.WRITE_OFF)


def _smallest_note(balance: InvoiceBalance) -> commands.IssueCreditNote:
    """Return a note for the rest of one line: offset as far as possible, else credit."""
    left = {line: amount for line, amount in balance.line_left().items() if amount}
    if not left:
        raise AlreadyCredited(id=balance.invoice.id)
    line_id, amount = next(iter(left.items()))
    lines = (CreditedLine(line_id=line_id, amount_minor=amount),)
    total = credited(balance, lines).total
    offset = min(total, balance.invoice.outstanding_minor)
    return commands.IssueCreditNote(
        note_id=_NEW,
        invoice_id=balance.invoice.id,
        lines=lines,
        offset_minor=offset,
        credit_minor=total - offset,
    )


_NEW = "00000000-0000-0000-0000-000000000000"

_SMALLEST: dict[type[Command], Make] = {
    commands.EditDraft: lambda on: commands.EditDraft(invoice_id=on.invoice.id),
    commands.DeleteDraft: lambda on: commands.DeleteDraft(invoice_id=on.invoice.id),
    commands.FinalizeInvoice: lambda on: commands.FinalizeInvoice(invoice_id=on.invoice.id),
    commands.VoidInvoice: lambda on: commands.VoidInvoice(invoice_id=on.invoice.id),
    commands.AnnotateInvoice: lambda on: commands.AnnotateInvoice(invoice_id=on.invoice.id),
    commands.LoseDispute: lambda on: commands.LoseDispute(invoice_id=on.invoice.id),
    commands.CollectInvoice: lambda on: commands.CollectInvoice(invoice_id=on.invoice.id),
    commands.RegenerateInvoice: lambda on: commands.RegenerateInvoice(
        invoice_id=on.invoice.id, new_invoice_id=_NEW
    ),
    commands.ApplyPayment: lambda on: commands.ApplyPayment(
        invoice_id=on.invoice.id, payment_id=_unused_payment(on)
    ),
    commands.RemovePayment: lambda on: commands.RemovePayment(
        invoice_id=on.invoice.id, payment_id=_standing(on, SettlementKind.PAYMENT)
    ),
    commands.WriteOffInvoice: lambda on: commands.WriteOffInvoice(
        invoice_id=on.invoice.id, write_off_id=_NEW
    ),
    commands.ReverseWriteOff: lambda on: commands.ReverseWriteOff(write_off_id=_write_off(on)),
    commands.IssueCreditNote: _smallest_note,
    commands.VoidCreditNote: lambda on: commands.VoidCreditNote(note_id=_own_note(on)),
    commands.ApplyCreditNote: lambda on: commands.ApplyCreditNote(
        invoice_id=on.invoice.id, note_id=_open_note(on)
    ),
    commands.RemoveCreditNote: lambda on: commands.RemoveCreditNote(
        invoice_id=on.invoice.id, note_id=_standing(on, SettlementKind.NOTE)
    ),
    commands.RequestRefund: lambda on: commands.RequestRefund(
        refund_id=_NEW, invoice_id=on.invoice.id, amount_minor=1
    ),
    commands.RestoreCredits: lambda on: commands.RestoreCredits(invoice_id=on.invoice.id),
}
"""A function for each command on an invoice that makes it with the fewest fields."""
