"""The list of invoices as a CSV file."""

from collections.abc import AsyncIterator, Iterable

from starlette.responses import Response

from polaris.console.access import Visit, page
from polaris.console.csv_export import Cell, csv_response, major
from polaris.console.invoice_list import invoice_list
from polaris.engine import now
from polaris.services.ui_status import derive_invoice_ui_status
from polaris.store.read.invoice_search import FoundInvoice, Search, search
from polaris.store.read.keyset import LONGEST_PAGE, Window

HEADING = (
    *("id", "number", "status", "customer_id", "customer_external_id", "customer_name"),
    *("customer_email", "issue_date", "due_date", "created_at", "currency", "total"),
    *("total_minor", "outstanding", "outstanding_minor"),
)


async def exported(visit: Visit) -> Response:
    """Send all invoices of the list, on all its pages, in its order."""
    query = visit.request.query_params
    state, wanted = invoice_list(query, visit.tenant.currency, visit.locale)
    first = Window(state.window.ascending, limit=LONGEST_PAGE)
    return csv_response(f"invoices-{visit.today.isoformat()}", _rows(visit, wanted, first))


async def _rows(visit: Visit, wanted: Search, window: Window) -> AsyncIterator[Iterable[Cell]]:
    yield HEADING
    while True:
        found = await visit.caller.read(search, wanted, window, now())
        for invoice in found.rows:
            yield _cells(invoice)
        if found.after is None:
            return
        window = window._replace(after=found.after)


def _cells(invoice: FoundInvoice) -> Iterable[Cell]:
    status = derive_invoice_ui_status(
        invoice.status, invoice.payment_status, invoice.payment_overdue
    )
    return (
        invoice.id,
        invoice.number,
        status,
        invoice.customer_id,
        invoice.customer_external_id,
        invoice.customer_name,
        invoice.customer_email,
        invoice.issue_date.isoformat() if invoice.issue_date else None,
        invoice.due_date.isoformat() if invoice.due_date else None,
        invoice.created_at.isoformat(),
        invoice.currency,
        major(invoice.total_minor, invoice.currency),
        invoice.total_minor,
        major(invoice.outstanding_minor, invoice.currency),
        invoice.outstanding_minor,
    )


ROUTES = [page("/billing/invoices.csv", exported)]
