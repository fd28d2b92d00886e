"""Finalize an invoice: what will be fixed, then the confirmation, then the receipt."""

from starlette.responses import RedirectResponse, Response

from polaris.console.access import CommandRefused, Visit, action, page
from polaris.console.confirming import Proposal, confirm, objections, propose
from polaris.console.invoice_list import with_receipt
from polaris.console.pages.invoices import found_invoice
from polaris.console.rendering import render
from polaris.core.refusals import Refusal
from polaris.operators.roles import Role
from polaris.services.invoice_detail import InvoiceDetail
from polaris.services.invoices import finalize_command


async def proposed(visit: Visit) -> Response:
    """Show what finalizing would do."""
    detail = await found_invoice(visit, visit.request.path_params["invoice"])
    command = await finalize_command(visit.caller, detail.invoice.id)
    return await _form(visit, detail, await propose(visit, command))


async def finalized(visit: Visit) -> Response:
    """Finalize the invoice, and go back to the list with its receipt."""
    detail = await found_invoice(visit, visit.request.path_params["invoice"])
    command = await finalize_command(visit.caller, detail.invoice.id)
    try:
        outcome = await confirm(visit, command)
    except CommandRefused as refused:
        again = await propose(visit, command)
        return await _form(visit, detail, again, refused.refusals)
    return done(visit, detail.invoice.id, outcome.request_id)


async def _form(
    visit: Visit, detail: InvoiceDetail, proposal: Proposal, refused: tuple[Refusal, ...] = ()
) -> Response:
    against = await objections(visit, detail.invoice, proposal, refused)
    return render(
        visit,
        "finalize.html",
        block="form",
        status=against.status,
        detail=detail,
        proposal=proposal,
        objections=against,
    )


def done(visit: Visit, invoice_id: str, request_id: str) -> Response:
    """Send the browser back to the list, with the invoice open and the receipt of the request."""
    target = with_receipt(visit.back, invoice_id, request_id)
    if visit.by_script:
        return Response(status_code=204, headers={"hx-redirect": target})
    return RedirectResponse(target, 303)


ROUTES = [
    page("/billing/invoices/{invoice}/finalize", proposed, Role.OPERATOR),
    action("/billing/invoices/{invoice}/finalize", finalized),
]
