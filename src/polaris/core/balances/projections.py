"""What vendors call a status: computed from stored facts, never stored itself.

Each has one SQL expression in `store/read/lists.sql`; a test holds the two against each other.
"""

from datetime import date

from polaris.core.facts.invoice import Invoice, PaymentStatus, Status


def payment_status(invoice: Invoice) -> PaymentStatus:
    """Return what was asserted of the invoice's payment, else what its money says.

    A voided invoice is judged by what was outstanding when it was voided.
    """
    if invoice.payment_status_asserted:
        return PaymentStatus(invoice.payment_status_asserted)
    if invoice.status is Status.DRAFT:
        return PaymentStatus.PENDING
    voided = invoice.status is Status.VOIDED
    owed = invoice.outstanding_at_void_minor if voided else invoice.outstanding_minor
    return PaymentStatus.PENDING if owed else PaymentStatus.SUCCEEDED


def overdue(invoice: Invoice, today: date) -> bool:
    """Return True if a finalized invoice is unpaid after its due date.

    `today` is the day where the customer is. A lost dispute ends it.
    """
    if invoice.status is not Status.FINALIZED or invoice.dispute_lost_at is not None:
        return False
    if invoice.due_date is None or invoice.due_date >= today:
        return False
    asserted = invoice.payment_status_asserted
    return asserted != PaymentStatus.SUCCEEDED if asserted else invoice.outstanding_minor > 0
