"""Statuses that vendors show. They are computed from stored facts and never stored.

Each has an SQL expression in `store/read/lists.sql`; a test compares the two.
"""

from datetime import date
from enum import StrEnum

from polaris.core.facts.invoice import Invoice, PaymentStatus, Status


class CollectionStatus(StrEnum):
    """How far an invoice is collected, by its amounts alone."""

    DRAFT = "draft"
    UNPAID = "unpaid"
    PROCESSING = "processing"  # not settled; a payment for it is in progress
    PARTLY_PAID = "partly_paid"
    PAID = "paid"  # nothing is outstanding
    VOIDED = "voided"
    CLOSED = "closed"


def collection_status(invoice: Invoice, under_way: bool) -> CollectionStatus:
    """Return how far an invoice is collected.

    `under_way` is True if the money of a payment for it may still arrive.
    """
    if invoice.status is not Status.FINALIZED:
        return CollectionStatus(invoice.status)
    if not invoice.outstanding_minor:
        return CollectionStatus.PAID
    if under_way:
        return CollectionStatus.PROCESSING
    partly = invoice.outstanding_minor < invoice.total_minor
    return CollectionStatus.PARTLY_PAID if partly else CollectionStatus.UNPAID


def payment_status(invoice: Invoice) -> PaymentStatus:
    """Return the payment status that a caller asserted, else that of the outstanding amount.

    For a voided invoice, the amount that was outstanding at the void counts.
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

    `today` is the day in the customer's time zone. An invoice with a lost dispute is not overdue.
    """
    if invoice.status is not Status.FINALIZED or invoice.dispute_lost_at is not None:
        return False
    if invoice.due_date is None or invoice.due_date >= today:
        return False
    asserted = invoice.payment_status_asserted
    return asserted != PaymentStatus.SUCCEEDED if asserted else invoice.outstanding_minor > 0
