"""What the world is told: past tense, written in the same breath as the change."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Self

from polaris.core.facts.row import Row


class EventKind(StrEnum):
    """Each event, with the fact that it tells."""

    sentence: str

    def __new__(cls, name: str, sentence: str = "") -> Self:
        kind = str.__new__(cls, name)
        kind._value_ = name
        kind.sentence = sentence
        return kind

    CUSTOMER_SAVED = "customer.saved", "A customer was created or changed."
    CUSTOMER_DELETED = "customer.deleted", "A customer was deleted; its invoices stay."
    INVOICE_DRAFTED = "invoice.drafted", "An invoice was written down; it asks for nothing yet."
    INVOICE_EDITED = "invoice.edited", "A draft changed."
    INVOICE_CLOSED = (
        "invoice.closed",
        "A draft was deleted, or skipped because it asks for nothing.",
    )
    INVOICE_FINALIZED = "invoice.finalized", "An invoice got its number and was booked."
    INVOICE_RECORDED = "invoice.recorded", "An invoice came in from elsewhere."
    INVOICE_ANNOTATED = "invoice.annotated", "Something was said of an invoice; no money moved."
    INVOICE_DISPUTE_LOST = "invoice.dispute_lost", "The customer's bank decided against us."
    INVOICE_COLLECTION_FAILED = (
        "invoice.collection_failed",
        "An invoice cannot be collected: no provider is connected.",
    )
    INVOICE_SETTLED = "invoice.settled", "Nothing is outstanding any more."
    INVOICE_UNSETTLED = "invoice.unsettled", "Something is outstanding again."
    INVOICE_VOIDED = "invoice.voided", "An invoice left the books."
    INVOICE_REGENERATED = "invoice.regenerated", "Another invoice replaces this one."
    INVOICE_WRITTEN_OFF = "invoice.written_off", "What was owed was given up, whole or in part."
    WRITE_OFF_REVERSED = "write_off.reversed", "What was given up is asked for again."
    PAYMENT_CREATED = "payment.created", "A payment is known, its money not yet here."
    PAYMENT_RECEIVED = "payment.received", "Money is here."
    PAYMENT_FAILED = "payment.failed", "No money came."
    PAYMENT_NEEDS_ATTENTION = "payment.needs_attention", "A payment waits for the customer."
    PAYMENT_REVERSED = "payment.reversed", "Money went back against our will."
    PAYMENT_APPLIED = "payment.applied", "Money settles an invoice."
    PAYMENT_REMOVED = (
        "payment.removed",
        "Money settles an invoice no longer, or is no longer held for it.",
    )
    PAYMENT_CANCEL_REQUESTED = "payment.cancel_requested", "The provider should stop a payment."
    CREDIT_NOTE_ISSUED = "credit_note.issued", "Credit was given, or a void documented."
    CREDIT_NOTE_ANNOTATED = (
        "credit_note.annotated",
        "Something was said of a credit note, or of its refund.",
    )
    CREDIT_NOTE_VOIDED = "credit_note.voided", "What was left of a credit note was taken back."
    CREDIT_NOTE_APPLIED = "credit_note.applied", "A credit note settles an invoice."
    CREDIT_NOTE_REMOVED = (
        "credit_note.removed",
        "A credit note settles an invoice no longer, or is no longer parked for it.",
    )
    REFUND_REQUESTED = "refund.requested", "The provider should send money back."
    REFUND_PENDING = "refund.pending", "The provider has a refund in hand."
    REFUND_SETTLED = "refund.settled", "Money went back as asked."
    REFUND_FAILED = "refund.failed", "A refund did not go through; it is still owed."
    REFUND_CONVERTED = "refund.converted", "A refund was given as credit instead."
    WALLET_OPENED = "wallet.opened", "A wallet was opened."
    WALLET_CHANGED = "wallet.changed", "A wallet's name, priority or the like changed."
    WALLET_TERMINATED = "wallet.terminated", "A wallet was closed."
    CREDITS_GRANTED = "credits.granted", "Credits were given for nothing."
    CREDITS_PURCHASED = "credits.purchased", "Bought credits, or a note's, landed in a wallet."
    CREDITS_CONSUMED = "credits.consumed", "Credits settle an invoice."
    CREDITS_RESTORED = "credits.restored", "Credits are back in their lot."
    CREDITS_VOIDED = "credits.voided", "Credits were taken out of a wallet."
    CREDITS_EXPIRED = "credits.expired", "Credits lapsed."
    CATALOGUE_ITEM_SAVED = "catalogue_item.saved", "A thing to bill was created or changed."
    CATALOGUE_ITEM_DELETED = "catalogue_item.deleted", "A thing is billed no longer."
    TAX_CODE_SAVED = "tax_code.saved", "A tax was created or changed."
    TAX_CODE_DELETED = "tax_code.deleted", "A tax is used no longer."
    WEBHOOK_ENDPOINT_SAVED = (
        "webhook_endpoint.saved",
        "An address is told of events, or told otherwise.",
    )
    WEBHOOK_ENDPOINT_DELETED = "webhook_endpoint.deleted", "An address is told nothing any more."
    TENANT_SAVED = "tenant.saved", "The tenant's own fields or settings changed."
    BOOKS_CLOSED = "books.closed", "No later entry is dated on or before a day."
    BOOKS_REOPENED = "books.reopened", "The closing date moved back."


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
