"""Finalize or delete a draft: what will happen, then the confirmation, then the receipt."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.responses import RedirectResponse, Response

from polaris.api.caller import Caller
from polaris.console.access import CommandRefused, Visit, action, page
from polaris.console.confirming import Proposal, confirm, objections, propose
from polaris.console.invoice_list import with_receipt
from polaris.console.pages.invoices import found_invoice
from polaris.console.rendering import render
from polaris.core.commands import Command
from polaris.core.refusals import Refusal
from polaris.operators.roles import Role
from polaris.services.invoice_detail import InvoiceDetail
from polaris.services.invoices import delete_command, finalize_command
from polaris.store.read.timeline import last_change_of


class DraftAction(NamedTuple):
    """Something that a person confirms about a draft, without any choice."""

    template: str
    command: Callable[[Caller, str], Awaitable[Command]]

    async def proposed(self, visit: Visit) -> Response:
        """Show what the action would do."""
        detail = await found_invoice(visit, visit.request.path_params["invoice"])
        command = await self.command(visit.caller, detail.invoice.id)
        return await self._form(visit, detail, await propose(visit, command))

    async def confirmed(self, visit: Visit) -> Response:
        """Perform the action, and go back to the list with its receipt."""
        detail = await found_invoice(visit, visit.request.path_params["invoice"])
        command = await self.command(visit.caller, detail.invoice.id)
        try:
            outcome = await confirm(visit, command)
        except CommandRefused as refused:
            return await self._form(visit, detail, await propose(visit, command), refused.refusals)
        return done(visit, detail.invoice.id, outcome.request_id)

    async def _form(
        self,
        visit: Visit,
        detail: InvoiceDetail,
        proposal: Proposal,
        refused: tuple[Refusal, ...] = (),
    ) -> Response:
        against = await objections(visit, detail.invoice, proposal, refused)
        return render(
            visit,
            self.template,
            block="form",
            status=against.status,
            detail=detail,
            proposal=proposal,
            objections=against,
            customer_change=await visit.caller.read(last_change_of, detail.invoice.customer_id),
        )


def done(visit: Visit, invoice_id: str, request_id: str) -> Response:
    """Send the browser back to the list, with the invoice open and the receipt of the request."""
    target = with_receipt(visit.back, invoice_id, request_id)
    if visit.by_script:
        return Response(status_code=204, headers={"hx-redirect": target})
    return RedirectResponse(target, 303)


FINALIZE = DraftAction("finalize.html", finalize_command)
DELETE = DraftAction("delete_draft.html", delete_command)

ROUTES = [
    page("/billing/invoices/{invoice}/finalize", FINALIZE.proposed, Role.OPERATOR),
    action("/billing/invoices/{invoice}/finalize", FINALIZE.confirmed),
    page("/billing/invoices/{invoice}/delete", DELETE.proposed, Role.OPERATOR),
    action("/billing/invoices/{invoice}/delete", DELETE.confirmed),
]
