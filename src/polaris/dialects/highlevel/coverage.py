"""Each call of the official Python client to `/invoices`, and how far this dialect answers it."""

from enum import StrEnum
from typing import NamedTuple


class How(StrEnum):
    """How much of a client call this dialect supports."""

    DONE = "done"
    PARTLY = "partly"
    MISSING = "missing"


class Answered(NamedTuple):
    """The route of a client call, and how far this dialect supports it."""

    route: str
    how: How = How.DONE
    why: str = ""


def missing(route: str, why: str) -> Answered:
    """Return the entry of a call that is answered with 404, or with 400 as an unknown invoice."""
    return Answered(route, How.MISSING, why)


NO_SCHEDULES = "There are no recurring invoices yet."
NO_TEMPLATES = "There are no templates."
NO_ESTIMATES = "There are no estimates."
NO_FEES = "There are no late fees."
NO_VISITS = "No page of the invoice is shown to the contact, so nobody visits it."
NO_FEATURES = (
    "Refused with 422: prices that include tax, automatic taxes, tips, late fees, payment"
    " schedules, other charges, attachments."
)
WRITTEN = f"{NO_FEATURES} Ignored: `invoiceNumberPrefix`, `paymentMethods`."

CALLS: dict[str, Answered] = {
    "create_invoice": Answered("POST /invoices/", How.PARTLY, WRITTEN),
    "list_invoices": Answered("GET /invoices/"),
    "get_invoice": Answered("GET /invoices/{invoiceId}"),
    "update_invoice": Answered(
        "PUT /invoices/{invoiceId}",
        How.PARTLY,
        f"Only drafts; currency and contact stay. {WRITTEN} Ignored too: `description`,"
        " `xeroDetails`.",
    ),
    "delete_invoice": Answered("DELETE /invoices/{invoiceId}", why="Only drafts."),
    "void_invoice": Answered("POST /invoices/{invoiceId}/void"),
    "send_invoice": Answered(
        "POST /invoices/{invoiceId}/send",
        How.PARTLY,
        "The invoice is issued. Polaris sends no e-mail and no SMS, whatever the `action`; the"
        " webhook `InvoiceSent` tells others. `autoPayment` is refused.",
    ),
    "record_invoice": Answered(
        "POST /invoices/{invoiceId}/record-payment",
        How.PARTLY,
        "`paymentScheduleIds` is refused, `meta` ignored.",
    ),
    "generate_invoice_number": Answered(
        "GET /invoices/generate-invoice-number", why="A preview: the number is not reserved."
    ),
    "get_invoice_settings": Answered(
        "GET /invoices/settings", How.PARTLY, "Only what Polaris has; no notifications."
    ),
    "update_invoice_late_fees_configuration": missing(
        "PATCH /invoices/{invoiceId}/late-fees-configuration", NO_FEES
    ),
    "update_invoice_last_visited_at": missing("PATCH /invoices/stats/last-visited-at", NO_VISITS),
    "text2pay_invoice": missing(
        "POST /invoices/text2pay", "Create the invoice, then send it: two calls."
    ),
    "create_invoice_template": missing("POST /invoices/template", NO_TEMPLATES),
    "list_invoice_templates": missing("GET /invoices/template", NO_TEMPLATES),
    "get_invoice_template": missing("GET /invoices/template/{templateId}", NO_TEMPLATES),
    "update_invoice_template": missing("PUT /invoices/template/{templateId}", NO_TEMPLATES),
    "delete_invoice_template": missing("DELETE /invoices/template/{templateId}", NO_TEMPLATES),
    "update_invoice_template_late_fees_configuration": missing(
        "PATCH /invoices/template/{templateId}/late-fees-configuration", NO_TEMPLATES
    ),
    "update_invoice_payment_methods_configuration": missing(
        "PATCH /invoices/template/{templateId}/payment-methods-configuration", NO_TEMPLATES
    ),
    "create_invoice_schedule": missing("POST /invoices/schedule", NO_SCHEDULES),
    "list_invoice_schedules": missing("GET /invoices/schedule", NO_SCHEDULES),
    "get_invoice_schedule": missing("GET /invoices/schedule/{scheduleId}", NO_SCHEDULES),
    "update_invoice_schedule": missing("PUT /invoices/schedule/{scheduleId}", NO_SCHEDULES),
    "delete_invoice_schedule": missing("DELETE /invoices/schedule/{scheduleId}", NO_SCHEDULES),
    "update_and_schedule_invoice_schedule": missing(
        "POST /invoices/schedule/{scheduleId}/updateAndSchedule", NO_SCHEDULES
    ),
    "schedule_invoice_schedule": missing(
        "POST /invoices/schedule/{scheduleId}/schedule", NO_SCHEDULES
    ),
    "auto_payment_invoice_schedule": missing(
        "POST /invoices/schedule/{scheduleId}/auto-payment", NO_SCHEDULES
    ),
    "cancel_invoice_schedule": missing("POST /invoices/schedule/{scheduleId}/cancel", NO_SCHEDULES),
    "create_new_estimate": missing("POST /invoices/estimate", NO_ESTIMATES),
    "update_estimate": missing("PUT /invoices/estimate/{estimateId}", NO_ESTIMATES),
    "delete_estimate": missing("DELETE /invoices/estimate/{estimateId}", NO_ESTIMATES),
    "generate_estimate_number": missing("GET /invoices/estimate/number/generate", NO_ESTIMATES),
    "send_estimate": missing("POST /invoices/estimate/{estimateId}/send", NO_ESTIMATES),
    "create_invoice_from_estimate": missing(
        "POST /invoices/estimate/{estimateId}/invoice", NO_ESTIMATES
    ),
    "list_estimates": missing("GET /invoices/estimate/list", NO_ESTIMATES),
    "update_estimate_last_visited_at": missing(
        "PATCH /invoices/estimate/stats/last-visited-at", NO_ESTIMATES
    ),
    "list_estimate_templates": missing("GET /invoices/estimate/template", NO_ESTIMATES),
    "create_estimate_template": missing("POST /invoices/estimate/template", NO_ESTIMATES),
    "update_estimate_template": missing(
        "PUT /invoices/estimate/template/{templateId}", NO_ESTIMATES
    ),
    "delete_estimate_template": missing(
        "DELETE /invoices/estimate/template/{templateId}", NO_ESTIMATES
    ),
    "preview_estimate_template": missing("GET /invoices/estimate/template/preview", NO_ESTIMATES),
}
"""Every call of the client's `invoices`, by its name."""
