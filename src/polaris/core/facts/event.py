"""Events: facts in the past tense, written in the same database transaction as the change."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Self

from polaris.core.facts.row import Row


class EventKind(StrEnum):
    """Every kind of event, with a sentence about the fact that it reports."""

    sentence: str

    def __new__(cls, name: str, sentence: str = "") -> Self:
        kind = str.__new__(cls, name)
        kind._value_ = name
        kind.sentence = sentence
        return kind

    CUSTOMER_SAVED = "customer.saved", "A customer was created or changed."
    CUSTOMER_DELETED = "customer.deleted", "A customer was deleted; its invoices stay."
    INVOICE_DRAFTED = "invoice.drafted", "A draft was created; nothing is owed on it yet."
    INVOICE_EDITED = "invoice.edited", "A draft was changed."
    INVOICE_CLOSED = (
        "invoice.closed",
        "A draft was deleted, or skipped because it bills nothing.",
    )
    INVOICE_FINALIZED = "invoice.finalized", "An invoice got its number and was booked."
    INVOICE_RECORDED = "invoice.recorded", "An invoice that was issued elsewhere was imported."
    INVOICE_ANNOTATED = (
        "invoice.annotated",
        "The payment status, metadata or details of an invoice were set; no money moved.",
    )
    INVOICE_DISPUTE_LOST = (
        "invoice.dispute_lost",
        "The customer's bank decided a dispute for the customer.",
    )
    INVOICE_DOUBLE_RETURN_SUSPECTED = (
        "invoice.double_return_suspected",
        "A dispute about an invoice was lost, and its money was also refunded or given as credit.",
    )
    INVOICE_COLLECTION_FAILED = (
        "invoice.collection_failed",
        "An invoice cannot be collected: no provider is connected.",
    )
    INVOICE_OVERDUE = (
        "invoice.overdue",
        "The due date of an invoice has passed before it was paid.",
    )
    INVOICE_SETTLED = "invoice.settled", "Nothing is outstanding on an invoice any more."
    INVOICE_UNSETTLED = "invoice.unsettled", "An amount is outstanding on an invoice again."
    INVOICE_VOIDED = "invoice.voided", "An invoice was voided; its entries are reversed."
    INVOICE_REGENERATED = "invoice.regenerated", "Another invoice replaces a voided one."
    INVOICE_WRITTEN_OFF = (
        "invoice.written_off",
        "All or part of the outstanding amount was given up as a loss.",
    )
    WRITE_OFF_REVERSED = "write_off.reversed", "An amount that was written off is owed again."
    PAYMENT_CREATED = "payment.created", "A payment was created; its money has not arrived yet."
    PAYMENT_RECEIVED = "payment.received", "The money of a payment arrived."
    PAYMENT_FAILED = "payment.failed", "A payment failed; no money arrived."
    PAYMENT_NEEDS_ATTENTION = (
        "payment.needs_attention",
        "A payment waits for an action of the customer.",
    )
    PAYMENT_REVERSED = (
        "payment.reversed",
        "The money of a payment went back, as in a chargeback.",
    )
    PAYMENT_DOUBLE_RETURN_SUSPECTED = (
        "payment.double_return_suspected",
        "The money of a payment went back after part of it was refunded or given as credit.",
    )
    PAYMENT_REFUNDED_ELSEWHERE = (
        "payment.refunded_elsewhere",
        "Money of a payment was refunded that nobody asked Polaris for, and it cannot be booked.",
    )
    PAYMENT_HELD = "payment.held", "Money arrived for an invoice that was voided before."
    PAYMENT_APPLIED = "payment.applied", "Money of a payment settles an invoice."
    PAYMENT_REMOVED = (
        "payment.removed",
        "A payment no longer settles an invoice, or is no longer held for it.",
    )
    PAYMENT_CANCEL_REQUESTED = (
        "payment.cancel_requested",
        "The payment provider should cancel a payment.",
    )
    CREDIT_NOTE_ISSUED = "credit_note.issued", "A credit note gave credit, or documents a void."
    CREDIT_NOTE_ANNOTATED = (
        "credit_note.annotated",
        "The refund status, metadata or details of a credit note were set.",
    )
    CREDIT_NOTE_VOIDED = "credit_note.voided", "The rest of a credit note was taken back."
    CREDIT_NOTE_APPLIED = "credit_note.applied", "A credit note settles an invoice."
    CREDIT_NOTE_REMOVED = (
        "credit_note.removed",
        "A credit note no longer settles an invoice, or is no longer parked for it.",
    )
    REFUND_REQUESTED = "refund.requested", "The payment provider should send money back."
    REFUND_SENT = "refund.sent", "The payment provider is asked to send money back."
    REFUND_UNKNOWN = (
        "refund.unknown",
        "The payment provider gave no clear answer about a refund; Polaris asks again.",
    )
    REFUND_PENDING = "refund.pending", "The payment provider has accepted a refund."
    REFUND_SETTLED = "refund.settled", "The money of a refund was sent back."
    REFUND_FAILED = "refund.failed", "A refund failed; it is still owed."
    REFUND_CONVERTED = "refund.converted", "A refund was given as credit instead of money."
    WALLET_OPENED = "wallet.opened", "A wallet was opened."
    WALLET_CHANGED = "wallet.changed", "A field of a wallet changed, such as its name or priority."
    WALLET_TERMINATED = "wallet.terminated", "A wallet was closed."
    CREDITS_GRANTED = "credits.granted", "A customer got wallet credits without payment."
    CREDITS_PURCHASED = (
        "credits.purchased",
        "Purchased credits, or the credit of a credit note, were added to a wallet.",
    )
    CREDITS_CONSUMED = "credits.consumed", "Credits settle an invoice."
    CREDITS_RESTORED = "credits.restored", "Credits that were spent are back in their lot."
    CREDITS_VOIDED = "credits.voided", "Credits were taken out of a wallet."
    CREDITS_EXPIRED = "credits.expired", "Unspent credits expired."
    CATALOGUE_ITEM_SAVED = "catalogue_item.saved", "A catalogue item was created or changed."
    CATALOGUE_ITEM_DELETED = "catalogue_item.deleted", "A catalogue item was deleted."
    TAX_CODE_SAVED = "tax_code.saved", "A tax was created or changed."
    TAX_CODE_DELETED = "tax_code.deleted", "A tax was deleted."
    WEBHOOK_ENDPOINT_SAVED = (
        "webhook_endpoint.saved",
        "A webhook endpoint was created or changed.",
    )
    WEBHOOK_ENDPOINT_DELETED = "webhook_endpoint.deleted", "A webhook endpoint was deleted."
    TASK_OPENED = "task.opened", "Something happened that a person must look at."
    TASK_RESOLVED = "task.resolved", "A task was resolved, by a person or by a later event."
    TENANT_SAVED = "tenant.saved", "The tenant's own fields or settings changed."
    NUMBER_SKIPPED = (
        "number.skipped",
        "A number of a series was not given, because another document has it.",
    )
    BOOKS_CLOSED = (
        "books.closed",
        "The books were closed through a day; new entries are dated later.",
    )
    BOOKS_REOPENED = "books.reopened", "The closing date moved back."
    ENTRY_CORRECTED = "entry.corrected", "An entry was taken back and booked again on another day."


class Event(Row, frozen=True, array_like=True, kw_only=True):
    """One fact, with its subject before the change (None if it is new) and after it."""

    table: ClassVar[str] = "event"

    kind: EventKind
    at: datetime
    command_id: str
    position: int  # within its command, from 1
    customer_id: str | None
    invoice_id: str | None
    subject: str  # the table of the row that changed
    subject_id: str
    before: dict[str, object] | None
    after: dict[str, object]
