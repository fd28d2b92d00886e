"""Requirements about invoices. Each sentence states what must hold.

These rules protect money and history. A dialect may add rules; it never removes one.
"""

from datetime import date

from polaris.core import refusals
from polaris.core.balances.credit_amounts import cut_to_fit
from polaris.core.balances.parties import parties_of
from polaris.core.balances.projections import payment_status
from polaris.core.balances.top_up import returnable
from polaris.core.commands import (
    AnnotateInvoice,
    ApplyCreditNote,
    ApplyPayment,
    BuyCredits,
    EditDraft,
    FinalizeInvoice,
    IssueCreditNote,
    IssueInvoice,
    IssueStandaloneNote,
    RecordInvoice,
    RegenerateInvoice,
    VoidInvoice,
    WriteOffInvoice,
)
from polaris.core.commands.values import TopUpPolicy
from polaris.core.facts.invoice import InvoiceKind, PaymentStatus, Status
from polaris.core.rules import input, line, number
from polaris.core.rules.customer import customer_exists
from polaris.core.rules.requirement import AnyCase, Case, Details, at_most, requires, unless

# ---------------------------------------------------------------- the invoice


@requires(refusals.NotADraft)
def is_draft(case: AnyCase) -> Details | None:
    """The invoice is a draft."""
    return unless(case.invoice.status is Status.DRAFT, status=case.invoice.status)


@requires(refusals.EditedMeanwhile)
def still_of_revision(case: Case[EditDraft]) -> Details | None:
    """The draft still has the revision that the command names, if it names one."""
    seen, revision = case.command.revision, case.invoice.revision
    return unless(seen in (None, revision), field="revision", revision=revision)


@requires(refusals.AlreadyFinalized)
def not_finalized_yet(case: AnyCase) -> Details | None:
    """The invoice has not been finalized."""
    return unless(case.invoice.status is not Status.FINALIZED, number=case.invoice.number)


@requires(refusals.NotADraft)
def not_ended(case: AnyCase) -> Details | None:
    """The invoice is neither voided nor closed."""
    ended = case.invoice.status in (Status.VOIDED, Status.CLOSED)
    return unless(not ended, status=case.invoice.status)


@requires(refusals.AlreadyVoided)
def not_voided_yet(case: AnyCase) -> Details | None:
    """The invoice has not been voided."""
    return unless(case.invoice.status is not Status.VOIDED, number=case.invoice.number)


@requires(refusals.NotFinalized)
def is_finalized(case: AnyCase) -> Details | None:
    """The invoice has been finalized."""
    issued = case.invoice.status in (Status.FINALIZED, Status.VOIDED)
    return unless(issued, status=case.invoice.status)


@requires(refusals.InvoiceClosed)
def not_closed(case: AnyCase) -> Details | None:
    """The invoice was not closed as a draft."""
    return unless(case.invoice.status is not Status.CLOSED, id=case.invoice.id)


@requires(refusals.StateNotPossible)
def payment_status_known(case: Case[AnnotateInvoice]) -> Details | None:
    """The payment status is pending, succeeded or failed."""
    said = case.command.payment_status
    return unless(said is None or said in set(PaymentStatus), field="payment_status", state=said)


@requires(refusals.AlreadyDisputed)
def dispute_not_lost_yet(case: AnyCase) -> Details | None:
    """No dispute about the invoice has been lost."""
    return unless(case.invoice.dispute_lost_at is None, number=case.invoice.number)


@requires(refusals.NotOverdue)
def due_date_passed(case: AnyCase) -> Details | None:
    """The due date of the invoice has passed, by the day in the invoice's time zone."""
    due = case.invoice.due_date
    if due is None:
        return unless(False, field="invoice_id")
    today = case.decision.today(parties_of(case.invoice, case.decision).timezone)
    return unless(due < today, field="invoice_id", due_date=due.isoformat())


@requires(refusals.NothingOutstanding)
def not_paid(case: AnyCase) -> Details | None:
    """The payment status of the invoice is not succeeded."""
    paid = payment_status(case.invoice) is PaymentStatus.SUCCEEDED
    return unless(not paid, id=case.invoice.id)


@requires(refusals.AlreadyOverdue)
def not_marked_overdue_yet(case: AnyCase) -> Details | None:
    """The invoice is not marked as overdue yet."""
    return unless(case.invoice.overdue_since is None, number=case.invoice.number)


@requires(refusals.NotVoided)
def is_voided_or_shall_be(case: Case[RegenerateInvoice]) -> Details | None:
    """The invoice is voided, or is voided by the same command."""
    voided = case.invoice.status is Status.VOIDED or case.command.void_first is not None
    return unless(voided, status=case.invoice.status)


@requires(refusals.AlreadyRegenerated)
def not_regenerated_yet(case: AnyCase) -> Details | None:
    """No other invoice replaces this invoice yet."""
    return unless(case.invoice.regenerated_as is None, id=case.invoice.regenerated_as)


@requires(refusals.NothingOutstanding)
def something_outstanding(case: AnyCase) -> Details | None:
    """The invoice has an outstanding amount."""
    return unless(case.invoice.outstanding_minor > 0, id=case.invoice.id)


@requires(refusals.OutstandingExceeded)
def within_outstanding(
    case: Case[ApplyCreditNote | ApplyPayment | WriteOffInvoice],
) -> Details | None:
    """The amount is at most the outstanding amount of the invoice."""
    return at_most("amount_minor", case.command.amount_minor or 0, case.invoice.outstanding_minor)


@requires(refusals.RefundExceedsCash)
def refund_within_cash(case: Case[IssueCreditNote | VoidInvoice]) -> Details | None:
    """The refund is at most the money received less all requested refunds, whatever their state."""
    if isinstance(case.command, VoidInvoice):
        asked = cut_to_fit(case.balance, case.command).refund_minor
    else:
        asked = case.command.refund_minor
    return at_most("refund_minor", asked, case.balance.refundable) if asked else None


@requires(refusals.CreditExceedsInvoice)
def credit_within_invoice(case: Case[VoidInvoice]) -> Details | None:
    """Credit and refund together are at most the invoice total less its earlier credit notes."""
    asked = case.command.credit_minor + case.command.refund_minor
    limit = case.balance.creditable + case.command.tolerance_minor
    return at_most("credit_minor", asked, limit) if asked else None


@requires(refusals.CreditsSpent)
def sold_credits_unspent(case: Case[VoidInvoice]) -> Details | None:
    """What goes back for a top-up is at most its unspent part, unless the credits are kept."""
    if case.command.top_up is TopUpPolicy.KEEP or case.invoice.kind is not InvoiceKind.TOP_UP:
        return None
    command = cut_to_fit(case.balance, case.command)
    asked = command.credit_minor + command.refund_minor
    field = "refund_minor" if command.refund_minor else "credit_minor"
    return at_most(field, asked, returnable(case.balance)) if asked else None


@requires(refusals.AlreadyCredited)
def something_left_to_credit(case: AnyCase) -> Details | None:
    """Part of the invoice is not credited yet, if the tenant's settings require that."""
    asked_for = case.decision.tenant.settings.refuse_void_when_credited
    empty = case.invoice.total_minor > 0 and not case.balance.creditable
    return unless(not (asked_for and empty), number=case.invoice.number)


@requires(refusals.UnknownReason)
def reason_known(case: Case[VoidInvoice]) -> Details | None:
    """The reason is in the tenant's list of void reasons, if the tenant has one."""
    known = case.decision.tenant.settings.void_reasons
    reason = case.command.reason
    return unless(not known or reason is None or reason in known, field="reason", reason=reason)


@requires(refusals.ReasonMissing)
def reason_present(case: Case[VoidInvoice]) -> Details | None:
    """A reason is given, if the tenant's settings require one."""
    required = case.decision.tenant.settings.void_reason_required
    return unless(not required or bool(case.command.reason), field="reason")


def _open(case: AnyCase, field: str, day: date | None) -> Details | None:
    first = case.decision.books.first_open_day
    return unless(day is None or day >= first, field=field, first_open_day=first.isoformat())


@requires(refusals.PeriodClosed)
def issue_date_open(case: Case[FinalizeInvoice]) -> Details | None:
    """The issue date of the invoice is not in a closed period."""
    return _open(case, "issue_date", case.command.issue_date or case.invoice.issue_date)


@requires(refusals.PeriodClosed)
def recorded_date_open(
    case: Case[BuyCredits | IssueInvoice | RecordInvoice | RegenerateInvoice],
) -> Details | None:
    """The issue date of the new invoice is not in a closed period."""
    return _open(case, "issue_date", case.command.issue_date)


@requires(refusals.PeriodClosed)
def asked_day_open(
    case: Case[IssueCreditNote | IssueStandaloneNote | VoidInvoice | WriteOffInvoice],
) -> Details | None:
    """The day asked for is not in a closed period."""
    return _open(case, "dated", case.command.dated)


@requires(refusals.StateNotPossible)
def void_first_is_of_this_invoice(case: Case[RegenerateInvoice]) -> Details | None:
    """The invoice in `void_first` is the invoice that is replaced."""
    first = case.command.void_first
    return unless(first is None or first.invoice_id == case.invoice.id, field="void_first")


# ---------------------------------------------------------------- write-offs


@requires(refusals.AlreadyReversed)
def write_off_stands(case: AnyCase) -> Details | None:
    """The write-off has not been reversed."""
    return unless(case.write_off.reversed_at is None, id=case.write_off.id)


# ---------------------------------------------------------------- what each command requires

_NEW = (
    input.invoice_is_new,
    customer_exists,
    input.currency_known,
    input.price_type_exclusive,
    input.term_possible,
    *line.BILLED,
)
STANDING = (is_finalized, not_voided_yet)
"""The rules of every command that settles an invoice."""

DRAFT = _NEW
EDIT = (is_draft, still_of_revision, input.term_possible, *line.BILLED)
DELETE = (is_draft,)
FINALIZE = (not_finalized_yet, not_ended, issue_date_open, input.dates_possible)
ISSUE = (*_NEW, recorded_date_open)
RECORD = (
    *_NEW,
    input.number_not_empty,
    input.number_visible,
    input.recordable_status,
    input.recorded_timezone_known,
    recorded_date_open,
    *number.RECORD,
)
VOID = (
    not_voided_yet,
    is_finalized,
    input.not_negative("credit_minor", "refund_minor"),
    input.not_too_large("credit_minor", "refund_minor"),
    input.note_is_new,
    input.remainder_note_is_new,
    input.notes_differ,
    input.dates_possible,
    asked_day_open,
    refund_within_cash,
    credit_within_invoice,
    sold_credits_unspent,
)
VOID_AS_POLARIS = (something_left_to_credit, reason_known, reason_present)
ANNOTATE = (not_closed, payment_status_known)
LOSE_DISPUTE = (is_finalized, dispute_not_lost_yet)
MARK_OVERDUE = (
    *STANDING,
    due_date_passed,
    not_paid,
    dispute_not_lost_yet,
    not_marked_overdue_yet,
)
REGENERATE = (
    is_voided_or_shall_be,
    not_regenerated_yet,
    void_first_is_of_this_invoice,
    input.replacement_is_new,
    input.draft_or_finalized,
    recorded_date_open,
    *line.BILLED,
)
WRITE_OFF = (
    *STANDING,
    input.write_off_is_new,
    *input.AMOUNT,
    input.loss_account_known,
    input.dates_possible,
    asked_day_open,
    something_outstanding,
    within_outstanding,
)
REVERSE_WRITE_OFF = (write_off_stands,)
