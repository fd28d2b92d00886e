"""What the world is told: past tense, written in the same breath as the change."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from polaris.core.row import Row


class EventKind(StrEnum):
    """Each event, by the fact that it tells."""

    CUSTOMER_SAVED = "customer.saved"  # created or changed
    INVOICE_DRAFTED = "invoice.drafted"  # written down, asks for nothing
    INVOICE_EDITED = "invoice.edited"  # a draft changed
    INVOICE_CLOSED = "invoice.closed"  # a draft was deleted
    INVOICE_FINALIZED = "invoice.finalized"  # numbered and booked
    INVOICE_RECORDED = "invoice.recorded"  # came in from elsewhere
    INVOICE_SETTLED = "invoice.settled"  # nothing is outstanding any more
    INVOICE_UNSETTLED = "invoice.unsettled"  # something is outstanding again
    INVOICE_VOIDED = "invoice.voided"  # out of the books
    INVOICE_REGENERATED = "invoice.regenerated"  # replaced by another
    INVOICE_WRITTEN_OFF = "invoice.written_off"  # given up, whole or in part
    WRITE_OFF_REVERSED = "write_off.reversed"  # asked for again
    PAYMENT_CREATED = "payment.created"  # known, not yet received
    PAYMENT_RECEIVED = "payment.received"  # money is here
    PAYMENT_FAILED = "payment.failed"  # no money came
    PAYMENT_NEEDS_ATTENTION = "payment.needs_attention"  # waits for the customer
    PAYMENT_REVERSED = "payment.reversed"  # money went back against our will
    PAYMENT_APPLIED = "payment.applied"  # settles an invoice
    PAYMENT_REMOVED = "payment.removed"  # settles it no longer
    PAYMENT_CANCEL_REQUESTED = "payment.cancel_requested"  # the provider should stop it
    CREDIT_NOTE_ISSUED = "credit_note.issued"  # credit was given
    CREDIT_NOTE_VOIDED = "credit_note.voided"  # what was left of it was taken back
    CREDIT_NOTE_APPLIED = "credit_note.applied"  # settles an invoice
    CREDIT_NOTE_REMOVED = "credit_note.removed"  # settles it no longer
    REFUND_REQUESTED = "refund.requested"  # the provider should send money back
    REFUND_PENDING = "refund.pending"  # the provider has it
    REFUND_SETTLED = "refund.settled"  # money went back
    REFUND_FAILED = "refund.failed"  # still owed
    REFUND_CONVERTED = "refund.converted"  # given as credit instead
    WALLET_OPENED = "wallet.opened"
    WALLET_TERMINATED = "wallet.terminated"
    CREDITS_GRANTED = "credits.granted"  # for nothing
    CREDITS_PURCHASED = "credits.purchased"  # landed after their invoice was settled
    CREDITS_CONSUMED = "credits.consumed"  # settle an invoice
    CREDITS_RESTORED = "credits.restored"  # back in their lots
    CREDITS_VOIDED = "credits.voided"  # taken out
    CREDITS_EXPIRED = "credits.expired"  # lapsed
    BOOKS_CLOSED = "books.closed"
    BOOKS_REOPENED = "books.reopened"


class Event(Row, frozen=True, array_like=True, kw_only=True):
    """One fact, with its subject as it stood before (none when it was made) and after."""

    table: ClassVar[str] = "event"

    kind: EventKind
    at: datetime
    command_id: str
    position: int  # within its command, from 1
    customer_id: str | None
    invoice_id: str | None
    subject: str  # the table of the thing it tells of
    subject_id: str
    before: dict[str, object] | None
    after: dict[str, object]
