"""Links to PDFs. A link needs an API key; the file itself needs none, and has a route elsewhere."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from polaris.api.file_links import link
from polaris.core.balances.parties import is_issued
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Invoice
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.dialects.lago.errors import not_found
from polaris.dialects.lago.requests.call import Call, id_set, may, reply
from polaris.dialects.lago.responses import credit_notes, invoices
from polaris.keys import KeyScope

router = APIRouter()

WritesInvoices = Annotated[Call, Depends(may(KeyScope.WRITE, "invoice"))]
WritesNotes = Annotated[Call, Depends(may(KeyScope.WRITE, "credit_note"))]


@router.post("/invoices/{invoice_id}/download", tags=["invoices"])
@router.post("/invoices/{invoice_id}/download_pdf", tags=["invoices"])
async def download_invoice(call: WritesInvoices, request: Request, invoice_id: str) -> Response:
    """Show the invoice with a link to its PDF, valid for a day; a voided one is marked as void."""
    view = await call.invoice(invoice_id)
    row = issued(view, invoice_id)
    url = await link(call, request, "invoice", invoice_id)
    return reply("invoice", {**invoices.base(view, row), "file_url": url})


@router.post("/credit_notes/{note_id}/download", tags=["credit notes"])
@router.post("/credit_notes/{note_id}/download_pdf", tags=["credit notes"])
async def download_credit_note(call: WritesNotes, request: Request, note_id: str) -> Response:
    """Show the note with a link to its PDF, valid for a day; a voided one is marked as void."""
    view = await call.view(Scope(notes=id_set(note_id, "credit_note"), booked=False))
    row = view.the(CreditNote, note_id, "note_id")
    url = await link(call, request, "credit_note", note_id)
    return reply("credit_note", {**credit_notes.credit_note(view, row), "file_url": url})


def issued(view: View, invoice_id: str) -> Invoice:
    """Return a finalized or voided invoice. Raises LagoError 404 for others: they have no PDF."""
    row = view.invoice(invoice_id)
    if not is_issued(row):
        raise not_found("invoice")
    return row
