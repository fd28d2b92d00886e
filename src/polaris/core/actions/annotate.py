"""Set statuses, metadata and details of invoices and credit notes."""

from polaris.core.actions.double_return import report_disputed
from polaris.core.actions.refund_payment import report_all
from polaris.core.balances.metadata import metadata_of
from polaris.core.balances.settlement import match_sold
from polaris.core.commands import (
    AnnotateCreditNote,
    AnnotateInvoice,
    LoseDispute,
    MarkOverdue,
)
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.details import merged
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, PaymentStatus


def annotate_invoice(decision: Decision, command: AnnotateInvoice) -> None:
    """Store the annotation. A top-up that is said to be paid lands its credits without money."""
    before = decision.the(Invoice, command.invoice_id)
    says_paid = command.payment_status == PaymentStatus.SUCCEEDED
    after = decision.change(
        before,
        payment_status_asserted=command.payment_status or before.payment_status_asserted,
        overdue_since=None if says_paid else before.overdue_since,
        metadata=metadata_of(before, command),
        details=merged(before.details, command.details),
    )
    decision.emit(EventKind.INVOICE_ANNOTATED, before, after)
    if command.payment_status is not None:
        match_sold(decision, after)


def lose_dispute(decision: Decision, command: LoseDispute) -> None:
    """Record when a dispute was lost. The chargeback itself is reported about the payment."""
    before = decision.the(Invoice, command.invoice_id)
    after = decision.change(before, dispute_lost_at=decision.at, overdue_since=None)
    decision.emit(EventKind.INVOICE_DISPUTE_LOST, before, after)
    report_disputed(decision, after.id)


def mark_overdue(decision: Decision, command: MarkOverdue) -> None:
    """Record since when an invoice is overdue. What ends that clears the mark."""
    before = decision.the(Invoice, command.invoice_id)
    after = decision.change(before, overdue_since=decision.at)
    decision.emit(EventKind.INVOICE_OVERDUE, before, after)


def annotate_note(decision: Decision, command: AnnotateCreditNote) -> None:
    """Store the annotation. A refund status is booked as if a provider had reported it."""
    before = decision.the(CreditNote, command.note_id)
    after = decision.change(
        before,
        refund_status_asserted=command.refund_status or before.refund_status_asserted,
        metadata=metadata_of(before, command),
        details=merged(before.details, command.details),
    )
    decision.emit(EventKind.CREDIT_NOTE_ANNOTATED, before, after)
    if command.refund_status is not None:
        report_all(decision, after, command.refund_status)
