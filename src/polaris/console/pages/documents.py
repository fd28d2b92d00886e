"""Invoices and credit notes as PDF."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from polaris.api.file_links import FileKind, pdf_response
from polaris.api.files import FILES
from polaris.console.access import Visit, page
from polaris.core.commands.text import ID
from polaris.core.refusals import Refusal
from polaris.documents import compose

INVOICE = FILES["invoice"]._replace(document_of=compose.any_invoice)
"""Operators also see drafts on paper; each page of such a file says that it is a draft."""


async def invoice_pdf(visit: Visit) -> Response:
    """Send an invoice as PDF."""
    return await _pdf(visit, INVOICE)


async def credit_note_pdf(visit: Visit) -> Response:
    """Send a credit note as PDF."""
    return await _pdf(visit, FILES["credit_note"])


async def _pdf(visit: Visit, kind: FileKind) -> Response:
    row_id = visit.request.path_params["id"]
    if not ID.fullmatch(row_id):
        raise HTTPException(404)
    try:
        return await pdf_response(visit.caller.engine, kind, visit.caller.tenant_id, row_id)
    except Refusal as missing:
        raise HTTPException(404) from missing


ROUTES = [
    page("/billing/invoices/{id}/pdf", invoice_pdf),
    page("/billing/credit-notes/{id}/pdf", credit_note_pdf),
]
