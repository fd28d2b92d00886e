"""An invoice in HighLevel's JSON. Amounts are in major units of its currency."""

from datetime import date, datetime, timedelta

from polaris.core.balances.payment import under_way
from polaris.core.balances.projections import CollectionStatus, collection_status
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.view import View
from polaris.dialects.highlevel.responses.formats import major, short_id, stamp
from polaris.dialects.highlevel.responses.items import discount, items, summary
from polaris.dialects.highlevel.responses.parties import business, contact
from polaris.dialects.highlevel.rules.settings import own_details

STATUSES = {
    CollectionStatus.DRAFT: "draft",
    CollectionStatus.UNPAID: "sent",
    CollectionStatus.PROCESSING: "payment_processing",
    CollectionStatus.PARTLY_PAID: "partially_paid",
    CollectionStatus.PAID: "paid",
    CollectionStatus.VOIDED: "void",
    CollectionStatus.CLOSED: "draft",  # a deleted draft, shown for the last time
}
ALT_TYPE = "location"
TITLE = "INVOICE"
UNNAMED = "New Invoice"


def invoice(view: View, row: Invoice) -> dict[str, object]:
    """Return the whole invoice."""
    coming = bool(under_way(view.decision, row))
    return {
        **head(view, row, STATUSES[collection_status(row, coming)], updated_at(view, row)),
        "businessDetails": business(view, row),
        "contactDetails": contact(view, row),
        "discount": discount(view, row),
        "invoiceItems": items(view, row),
        "totalSummary": summary(view, row),
        "automaticTaxesEnabled": False,
        "automaticTaxesCalculated": False,
        "termsNotes": row.memo or "",
        "sentTo": own_details(row.details).get("sentTo", {}),
    }


def head(view: View, row: Invoice, status: str, changed_at: datetime) -> dict[str, object]:
    """Return the invoice's own fields.

    A voided invoice keeps the amounts that were paid and due right before the void.
    """
    own = own_details(row.details)
    paid_minor, due_minor = paid_and_due(row)
    issued = issue_date(view, row)
    return {
        "_id": short_id(row.id),
        "status": status,
        "liveMode": view.tenant.settings.live_mode,
        "amountPaid": major(paid_minor, row.currency),
        "altId": short_id(view.tenant.id),
        "altType": ALT_TYPE,
        "name": own.get("name") or row.number or UNNAMED,
        "invoiceNumber": row.number or row.external_number or "",
        "currency": row.currency,
        "issueDate": issued.isoformat(),
        "dueDate": (row.due_date or issued + timedelta(days=row.payment_term_days)).isoformat(),
        "total": major(row.total_minor, row.currency),
        "title": own.get("title") or TITLE,
        "amountDue": major(due_minor, row.currency),
        "createdAt": stamp(row.created_at),
        "updatedAt": stamp(changed_at),
    }


def issue_date(view: View, row: Invoice) -> date:
    """Return the issue date; a draft without one is shown as if it were issued today."""
    return row.issue_date or view.today(view.parties(row).timezone)


def paid_and_due(row: Invoice) -> tuple[int, int]:
    """Return what is paid and what is due, in minor units: of a voided invoice, before its void."""
    if row.status is Status.VOIDED:
        return row.paid_at_void_minor or 0, row.outstanding_at_void_minor or 0
    if row.status is Status.FINALIZED:
        return row.paid_minor, row.outstanding_minor
    return 0, row.total_minor


def updated_at(view: View, row: Invoice) -> datetime:
    """Return the latest time at which the invoice changed that its facts tell."""
    edited = own_details(row.details).get("editedAt")
    times = [row.created_at, row.finalized_at, row.voided_at]
    times += [at for one in view.balance(row).settlements for at in (one.at, one.removed_at)]
    times += [datetime.fromisoformat(edited)] if isinstance(edited, str) else []
    return max(at for at in times if at is not None)
