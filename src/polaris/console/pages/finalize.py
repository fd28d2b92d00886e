"""Finalize an invoice: what will be fixed, then the confirmation, then the receipt."""

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from polaris.console.access import CommandRefused, Visit, action, page
from polaris.console.confirming import Proposal, changes_in, confirm, propose
from polaris.console.pages.invoice_detail import InvoiceDetail, invoice_detail
from polaris.console.rendering import render
from polaris.console.state import with_receipt
from polaris.core.commands import FinalizeInvoice
from polaris.core.commands.values import Apply
from polaris.core.refusals import Refusal
from polaris.operators.roles import Role


def finalize_command(detail: InvoiceDetail) -> FinalizeInvoice:
    """Return the command: a replacement is settled with the money that is held for it."""
    invoice = detail.invoice
    held = Apply(held=bool(invoice.regenerated_from))
    return FinalizeInvoice(invoice_id=invoice.id, apply=held)


async def proposed(visit: Visit) -> Response:
    """Show what finalizing would do."""
    detail = await _detail(visit)
    return _form(visit, detail, await propose(visit, finalize_command(detail)))


async def finalized(visit: Visit) -> Response:
    """Finalize the invoice, and go back to the list with its receipt."""
    detail = await _detail(visit)
    command = finalize_command(detail)
    try:
        outcome = await confirm(visit, command)
    except CommandRefused as refused:
        again = await propose(visit, command)
        return _form(visit, detail, again, refused.refusals)
    return done(visit, detail.invoice.id, outcome.request_id)


def _form(
    visit: Visit, detail: InvoiceDetail, proposal: Proposal, refused: tuple[Refusal, ...] = ()
) -> Response:
    changed = changes_in(refused)
    return render(
        visit,
        "finalize.html",
        block="form",
        status=409 if changed else 422 if refused else 200,
        detail=detail,
        proposal=proposal,
        changes=changed,
        refused=[] if changed else list(refused or proposal.refusals),
    )


async def _detail(visit: Visit) -> InvoiceDetail:
    detail = await invoice_detail(visit, visit.request.path_params["invoice"])
    if detail is None:
        raise HTTPException(404)
    return detail


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
