"""Requirements about credit notes. Each sentence states what must hold."""

from polaris.core import refusals
from polaris.core.balances.credit_amounts import credited
from polaris.core.balances.credit_note import taken_back
from polaris.core.balances.refund import MOVED_FROM
from polaris.core.balances.settlement import standing, unlanded
from polaris.core.balances.top_up import left, returnable
from polaris.core.commands import (
    AnnotateCreditNote,
    ApplyCreditNote,
    IssueCreditNote,
)
from polaris.core.facts.credit_note import CreditNote, NoteStatus
from polaris.core.facts.invoice import InvoiceKind, SettlementKind, Status
from polaris.core.rules import input, invoice, line
from polaris.core.rules.customer import customer_exists
from polaris.core.rules.input import exists
from polaris.core.rules.requirement import AnyCase, Case, Details, at_most, requires, unless


@requires(refusals.PartsDoNotMatch)
def parts_add_up(case: Case[IssueCreditNote]) -> Details | None:
    """The offset, the credit and the refund add up to the total of the credit note with tax."""
    command = case.command
    total = credited(case.balance, command.lines).total
    asked = command.offset_minor + command.credit_minor + command.refund_minor
    return unless(asked == total, field="credit_minor", asked_minor=asked, total_minor=total)


@requires(refusals.CreditExceedsInvoice)
def note_within_invoice(case: Case[IssueCreditNote]) -> Details | None:
    """The credit note is at most the total of the invoice less its earlier credit notes."""
    command = case.command
    asked = command.offset_minor + command.credit_minor + command.refund_minor
    return at_most("lines", asked, case.balance.creditable)


@requires(refusals.OffsetExceedsOutstanding)
def offset_within_outstanding(case: Case[IssueCreditNote]) -> Details | None:
    """The offset is at most the outstanding amount of the invoice."""
    return at_most("offset_minor", case.command.offset_minor, case.invoice.outstanding_minor)


@requires(refusals.CreditsSpent)
def sold_credits_left(case: Case[IssueCreditNote]) -> Details | None:
    """The wallet credits that the credit note takes back were not spent, or kept in a void."""
    if case.invoice.kind is not InvoiceKind.TOP_UP:
        return None
    if case.invoice.status is Status.VOIDED:
        command = case.command
        asked = command.credit_minor + command.refund_minor
        return at_most("credit_minor", asked, returnable(case.balance))
    asked = sum(line.amount_minor for line in case.command.lines)
    return at_most("lines", asked, left(case.balance) + unlanded(case.decision, case.invoice))


@requires(refusals.NothingToVoid)
def something_to_void(case: AnyCase) -> Details | None:
    """The credit note has a balance left, or an offset on an invoice that is not voided."""
    left = taken_back(case.decision, case.note).total_minor
    return unless(left > 0, id=case.note.id)


@requires(refusals.NoteVoided)
def note_stands(case: AnyCase) -> Details | None:
    """The credit note has not been voided."""
    return unless(case.note.status is NoteStatus.ISSUED, number=case.note.number)


note_exists = exists(CreditNote, "note_id")


@requires(refusals.NotEnoughUnused)
def within_balance(case: Case[ApplyCreditNote]) -> Details | None:
    """The amount is at most the balance of the credit note."""
    asked = case.command.amount_minor
    return at_most("amount_minor", max(asked or 1, 1), case.note.balance_minor)


@requires(refusals.CurrencyMismatch)
def note_fits_invoice(case: AnyCase) -> Details | None:
    """The credit note and the invoice have the same currency."""
    return unless(case.note.currency == case.invoice.currency, field="note_id")


@requires(refusals.CustomerMismatch)
def note_belongs(case: AnyCase) -> Details | None:
    """The credit note and the invoice belong to the same customer."""
    return unless(case.note.customer_id == case.invoice.customer_id, field="note_id")


@requires(refusals.NoteOfSameInvoice)
def note_of_another_invoice(case: AnyCase) -> Details | None:
    """The credit note does not belong to the invoice that it settles."""
    return unless(case.note.invoice_id != case.invoice.id, field="note_id")


@requires(refusals.NotApplied)
def note_applied(case: AnyCase) -> Details | None:
    """The credit note settles the invoice, or is held for it since it was voided."""
    rows = standing(case.decision, case.note.id, case.invoice.id)
    rows = [row for row in rows if row.kind is SettlementKind.NOTE]
    return unless(bool(rows), field="note_id")


@requires(refusals.StateNotPossible)
def refund_status_known(case: Case[AnnotateCreditNote]) -> Details | None:
    """The refund status is pending, settled or failed."""
    said = case.command.refund_status
    return unless(said is None or said in MOVED_FROM, field="refund_status", state=said)


# ---------------------------------------------------------------- what each command requires

ISSUE = (
    invoice.is_finalized,
    *line.CREDITED,
    input.not_negative("offset_minor", "credit_minor", "refund_minor"),
    input.not_too_large("offset_minor", "credit_minor", "refund_minor"),
    invoice.asked_day_open,
    note_within_invoice,
    parts_add_up,
    offset_within_outstanding,
    invoice.refund_within_cash,
    sold_credits_left,
)
STANDALONE = (
    *line.CREDITED,
    customer_exists,
    input.currency_known,
    line.note_accounts_known,
    invoice.asked_day_open,
)
ANNOTATE = (note_exists, refund_status_known)
VOID = (note_stands, something_to_void)
APPLY = (
    *invoice.STANDING,
    *input.AMOUNT,
    note_belongs,
    note_fits_invoice,
    note_of_another_invoice,
    invoice.something_outstanding,
    invoice.within_outstanding,
    within_balance,
)
REMOVE = (invoice.is_finalized, note_applied)
