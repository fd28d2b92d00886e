"""The webhook types of each Polaris event, and the types that endpoints can subscribe to."""

from polaris.core.facts.event import EventKind
from polaris.delivery.shape import Declined, Types

NO_TYPE = Declined("Lago has no webhook for it.")
FOLLOWS = Declined("Its effect, an invoice settled or unsettled, is an event of its own.")
OURS = Declined("Lago has no such concept.")

TYPES: Types = {
    EventKind.CUSTOMER_SAVED: ("customer.created", "customer.updated"),
    EventKind.CUSTOMER_DELETED: NO_TYPE,
    EventKind.INVOICE_DRAFTED: ("invoice.drafted", "invoice.ready_to_finalize"),
    EventKind.INVOICE_EDITED: NO_TYPE,
    EventKind.INVOICE_CLOSED: ("invoice.deleted",),
    EventKind.INVOICE_FINALIZED: (
        "invoice.created",
        "invoice.one_off_created",
        "invoice.paid_credit_added",
        "wallet_transaction.created",
    ),
    EventKind.INVOICE_RECORDED: Declined(
        "The system that issued the invoice has sent its webhooks."
    ),
    EventKind.INVOICE_ANNOTATED: ("invoice.payment_status_updated",),
    EventKind.INVOICE_DISPUTE_LOST: ("invoice.payment_dispute_lost",),
    EventKind.INVOICE_DOUBLE_RETURN_SUSPECTED: NO_TYPE,
    EventKind.INVOICE_COLLECTION_FAILED: ("invoice.payment_failure",),
    EventKind.INVOICE_OVERDUE: ("invoice.payment_overdue",),
    EventKind.INVOICE_SETTLED: ("invoice.payment_status_updated",),
    EventKind.INVOICE_UNSETTLED: ("invoice.payment_status_updated",),
    EventKind.INVOICE_VOIDED: ("invoice.voided",),
    EventKind.INVOICE_REGENERATED: Declined("The webhook `created` of the new invoice covers it."),
    EventKind.INVOICE_WRITTEN_OFF: OURS,
    EventKind.WRITE_OFF_REVERSED: OURS,
    EventKind.PAYMENT_CREATED: NO_TYPE,
    EventKind.PAYMENT_RECEIVED: ("payment.succeeded",),
    EventKind.PAYMENT_FAILED: ("invoice.payment_failure",),
    EventKind.PAYMENT_NEEDS_ATTENTION: ("payment.requires_action",),
    EventKind.PAYMENT_REVERSED: FOLLOWS,
    EventKind.PAYMENT_DOUBLE_RETURN_SUSPECTED: NO_TYPE,
    EventKind.PAYMENT_REFUNDED_ELSEWHERE: OURS,
    EventKind.PAYMENT_HELD: OURS,
    EventKind.PAYMENT_APPLIED: FOLLOWS,
    EventKind.PAYMENT_REMOVED: FOLLOWS,
    EventKind.PAYMENT_CANCEL_REQUESTED: OURS,
    EventKind.CREDIT_NOTE_ISSUED: ("credit_note.created",),
    EventKind.CREDIT_NOTE_ANNOTATED: NO_TYPE,
    EventKind.CREDIT_NOTE_VOIDED: NO_TYPE,
    EventKind.CREDIT_NOTE_APPLIED: FOLLOWS,
    EventKind.CREDIT_NOTE_REMOVED: FOLLOWS,
    EventKind.REFUND_REQUESTED: NO_TYPE,
    EventKind.REFUND_SENT: OURS,
    EventKind.REFUND_UNKNOWN: OURS,
    EventKind.REFUND_PENDING: NO_TYPE,
    EventKind.REFUND_SETTLED: NO_TYPE,
    EventKind.REFUND_FAILED: ("credit_note.provider_refund_failure",),
    EventKind.REFUND_CONVERTED: OURS,
    EventKind.WALLET_OPENED: ("wallet.created",),
    EventKind.WALLET_CHANGED: ("wallet.updated",),
    EventKind.WALLET_TERMINATED: ("wallet.terminated",),
    EventKind.CREDITS_GRANTED: ("wallet_transaction.created",),
    EventKind.CREDITS_PURCHASED: ("wallet_transaction.created", "wallet_transaction.updated"),
    EventKind.CREDITS_CONSUMED: ("wallet_transaction.created",),
    EventKind.CREDITS_RESTORED: ("wallet_transaction.created",),
    EventKind.CREDITS_VOIDED: ("wallet_transaction.created",),
    EventKind.CREDITS_EXPIRED: ("wallet_transaction.created",),
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

SUBSCRIBABLE = frozenset(
    """
    alert.triggered billable_metric.created billable_metric.updated billable_metric.deleted
    credit_note.created credit_note.generated credit_note.provider_refund_failure
    customer.accounting_provider_created customer.accounting_provider_error
    customer.checkout_url_generated customer.created customer.crm_provider_created
    customer.crm_provider_error customer.payment_provider_created
    customer.payment_provider_error customer.tax_provider_error customer.updated
    customer.vies_check dunning_campaign.finished event.error events.errors feature.created
    feature.deleted feature.updated fee.created fee.tax_provider_error
    integration.provider_error invoice.created invoice.deleted invoice.drafted
    invoice.generated invoice.one_off_created invoice.paid_credit_added
    invoice.payment_dispute_lost invoice.payment_failure invoice.payment_overdue
    invoice.payment_status_updated invoice.ready_to_finalize invoice.resynced invoice.voided
    payment.requires_action payment.succeeded payment_provider.error payment_receipt.created
    payment_receipt.generated payment_request.created payment_request.payment_failure
    payment_request.payment_status_updated plan.created plan.deleted plan.updated
    subscription.canceled subscription.incomplete subscription.started subscription.terminated
    subscription.termination_alert subscription.trial_ended subscription.updated
    subscription.usage_threshold_reached wallet.created wallet.depleted_ongoing_balance
    wallet.terminated wallet.updated wallet_transaction.created
    wallet_transaction.payment_failure wallet_transaction.payment_failure_after_settlement
    wallet_transaction.updated
    """.split()
)
"""The types that an endpoint can subscribe to: all of Lago's, also those never sent yet."""
