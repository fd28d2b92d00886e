"""The webhook types of each Polaris event, and the types that endpoints can subscribe to."""

from polaris.core.facts.event import EventKind
from polaris.delivery.shape import Declined, Types

CREATE, UPDATE, SENT = "InvoiceCreate", "InvoiceUpdate", "InvoiceSent"
PARTLY_PAID, PAID = "InvoicePartiallyPaid", "InvoicePaid"
VOID, DELETE = "InvoiceVoid", "InvoiceDelete"

NO_TYPE = Declined("HighLevel has no webhook about invoices for it.")
OURS = Declined("HighLevel has no such concept.")
FOLLOWS = Declined("Its effect, an invoice settled or unsettled, is an event of its own.")

TYPES: Types = {
    EventKind.CUSTOMER_SAVED: NO_TYPE,
    EventKind.CUSTOMER_DELETED: NO_TYPE,
    EventKind.INVOICE_DRAFTED: (CREATE,),
    EventKind.INVOICE_EDITED: (UPDATE,),
    EventKind.INVOICE_CLOSED: (DELETE,),
    EventKind.INVOICE_FINALIZED: (CREATE, SENT),
    EventKind.INVOICE_RECORDED: Declined(
        "The system that issued the invoice has sent its webhooks."
    ),
    EventKind.INVOICE_ANNOTATED: Declined("Nothing that this dialect shows has changed."),
    EventKind.INVOICE_DISPUTE_LOST: NO_TYPE,
    EventKind.INVOICE_DOUBLE_RETURN_SUSPECTED: NO_TYPE,
    EventKind.INVOICE_COLLECTION_FAILED: NO_TYPE,
    EventKind.INVOICE_OVERDUE: NO_TYPE,
    EventKind.INVOICE_SETTLED: (PAID,),
    EventKind.INVOICE_UNSETTLED: (UPDATE,),
    EventKind.INVOICE_VOIDED: (VOID,),
    EventKind.INVOICE_REGENERATED: Declined("The webhook of the new invoice covers it."),
    EventKind.INVOICE_WRITTEN_OFF: OURS,
    EventKind.WRITE_OFF_REVERSED: OURS,
    EventKind.PAYMENT_CREATED: NO_TYPE,
    EventKind.PAYMENT_RECEIVED: Declined("That it settles an invoice is an event of its own."),
    EventKind.PAYMENT_FAILED: NO_TYPE,
    EventKind.PAYMENT_NEEDS_ATTENTION: NO_TYPE,
    EventKind.PAYMENT_REVERSED: (UPDATE,),
    EventKind.PAYMENT_DOUBLE_RETURN_SUSPECTED: NO_TYPE,
    EventKind.PAYMENT_APPLIED: (PARTLY_PAID,),
    EventKind.PAYMENT_REMOVED: (UPDATE,),
    EventKind.PAYMENT_CANCEL_REQUESTED: OURS,
    EventKind.CREDIT_NOTE_ISSUED: OURS,
    EventKind.CREDIT_NOTE_ANNOTATED: OURS,
    EventKind.CREDIT_NOTE_VOIDED: OURS,
    EventKind.CREDIT_NOTE_APPLIED: FOLLOWS,
    EventKind.CREDIT_NOTE_REMOVED: FOLLOWS,
    EventKind.PAYMENT_HELD: OURS,
    EventKind.PAYMENT_REFUNDED_ELSEWHERE: OURS,
    EventKind.REFUND_REQUESTED: NO_TYPE,
    EventKind.REFUND_SENT: OURS,
    EventKind.REFUND_UNKNOWN: OURS,
    EventKind.REFUND_PENDING: NO_TYPE,
    EventKind.REFUND_SETTLED: NO_TYPE,
    EventKind.REFUND_FAILED: NO_TYPE,
    EventKind.REFUND_CONVERTED: OURS,
    EventKind.WALLET_OPENED: OURS,
    EventKind.WALLET_CHANGED: OURS,
    EventKind.WALLET_TERMINATED: OURS,
    EventKind.CREDITS_GRANTED: OURS,
    EventKind.CREDITS_PURCHASED: OURS,
    EventKind.CREDITS_CONSUMED: FOLLOWS,
    EventKind.CREDITS_RESTORED: FOLLOWS,
    EventKind.CREDITS_VOIDED: OURS,
    EventKind.CREDITS_EXPIRED: OURS,
    EventKind.CATALOGUE_ITEM_SAVED: NO_TYPE,
    EventKind.CATALOGUE_ITEM_DELETED: NO_TYPE,
    EventKind.TAX_CODE_SAVED: NO_TYPE,
    EventKind.TAX_CODE_DELETED: NO_TYPE,
    EventKind.WEBHOOK_ENDPOINT_SAVED: NO_TYPE,
    EventKind.WEBHOOK_ENDPOINT_DELETED: NO_TYPE,
    EventKind.TASK_OPENED: OURS,
    EventKind.TASK_RESOLVED: OURS,
    EventKind.TENANT_SAVED: NO_TYPE,
    EventKind.NUMBER_SKIPPED: NO_TYPE,
    EventKind.BOOKS_CLOSED: OURS,
    EventKind.BOOKS_REOPENED: OURS,
    EventKind.ENTRY_CORRECTED: OURS,
}
"""The possible webhook types of every event, or the reason why it has none."""

SUBSCRIBABLE = frozenset({CREATE, UPDATE, SENT, PARTLY_PAID, PAID, VOID, DELETE})
"""The types that an endpoint can subscribe to."""
