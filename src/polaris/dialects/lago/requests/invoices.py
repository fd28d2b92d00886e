"""Routes of one invoice: show, void, finalize, delete, lose a dispute, refresh."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from polaris.api.coercion import Boolean, Fields, Whole
from polaris.core.commands import (
    Command,
    DeleteDraft,
    EditDraft,
    FinalizeInvoice,
    LoseDispute,
    VoidInvoice,
)
from polaris.core.commands.values import Apply, GiveBack, VoidNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice, InvoiceKind, Status
from polaris.core.facts.tenant import Tenant
from polaris.core.view import View
from polaris.dialects.lago.errors import ALREADY_LOST, LagoError
from polaris.dialects.lago.requests.call import Call, check_fields, may, reply
from polaris.dialects.lago.responses import invoices as shown
from polaris.dialects.lago.rules.notes import TOLERANCE_MINOR
from polaris.dialects.lago.rules.settings import NotesOnVoid, Settings, lago_details, settings_of
from polaris.keys import KeyScope

router = APIRouter(tags=["invoices"])

Reads = Annotated[Call, Depends(may(KeyScope.READ, "invoice"))]
Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "invoice"))]


class VoidBody(Fields):
    """Options of a void; without a credit note the amounts are ignored."""

    generate_credit_note: Boolean = False
    refund_amount: Whole = 0
    credit_amount: Whole = 0


@router.get("/invoices/{invoice_id}")
async def show(call: Reads, invoice_id: str) -> Response:
    """Show an invoice with its fees, credits and taxes."""
    view = await call.invoice(invoice_id)
    return reply("invoice", shown.invoice(view, view.invoice(invoice_id)))


async def answer_invoice(call: Call, invoice_id: str) -> Response:
    """Answer with the invoice as it is now."""
    view = await call.invoice(invoice_id)
    return reply("invoice", shown.invoice(view, view.the(Invoice, invoice_id)))


async def perform_and_answer(
    call: Call, command: Command, invoice_id: str, status: str | None = None
) -> Response:
    """Perform the command, and answer with the invoice as the command left it."""
    view = await call.perform_and_show(command)
    return reply("invoice", shown.invoice(view, view.the(Invoice, invoice_id), status))


@router.post("/invoices/{invoice_id}/void")
async def void(call: Writes, invoice_id: str, body: VoidBody | None = None) -> Response:
    """Void an invoice, with or without a credit note."""
    asked = body or VoidBody()
    command = void_command(invoice_id, asked, settings_of(await call.tenant()))
    await check_fields(call, command, asked)
    return await perform_and_answer(call, command, invoice_id)


def void_command(invoice_id: str, body: VoidBody, settings: Settings) -> VoidInvoice:
    """Return Lago's void: without a note wallet credits are given back, with one they fund it."""
    if not body.generate_credit_note:
        back = settings.notes_on_void is NotesOnVoid.BACK
        give_back = GiveBack(wallet=True, notes=back)
        return VoidInvoice(invoice_id=invoice_id, note=VoidNote.NONE, give_back=give_back)
    return VoidInvoice(
        invoice_id=invoice_id,
        note_description=f"Credit of the voided invoice {invoice_id}",
        credit_minor=body.credit_amount,
        refund_minor=body.refund_amount,
        tolerance_minor=TOLERANCE_MINOR,
        note=VoidNote.REQUESTED_AND_VOIDED_REMAINDER,
        give_back=GiveBack(wallet=False, notes=False),
    )


@router.put("/invoices/{invoice_id}/finalize")
async def finalize(call: Writes, invoice_id: str, body: Fields | None = None) -> Response:
    """Finalize a draft; a subscription's is taxed again and settled with the customer's credit."""
    view = await call.invoice(invoice_id)
    command = finalize_command(view, view.invoice(invoice_id))
    await check_fields(call, command, body)
    return await perform_and_answer(call, command, invoice_id)


def finalize_command(view: View, draft: Invoice) -> FinalizeInvoice:
    """Return the command, dated today in the customer's zone; credit settles only subscriptions."""
    customer = view.the(Customer, draft.customer_id)
    subscription = draft.kind is InvoiceKind.SUBSCRIPTION
    return FinalizeInvoice(
        invoice_id=draft.id,
        issue_date=view.decision.document_day(customer) if draft.issue_date else None,
        apply=Apply(held=bool(draft.regenerated_from), notes=subscription, wallet=subscription),
        skip_zero=skips_zero(customer, view.tenant),
        retax=subscription,
    )


def skips_zero(customer: Customer, tenant: Tenant) -> bool:
    """True if invoices of zero are closed, not finalized: set on the customer, else the tenant."""
    setting = lago_details(customer.details).get("finalize_zero_amount_invoice")
    return settings_of(tenant).skip_zero if setting in (None, "inherit") else setting == "skip"


@router.delete("/invoices/{invoice_id}")
async def delete(call: Writes, invoice_id: str) -> Response:
    """Delete a draft; the answer shows it one last time."""
    return await perform_and_answer(call, DeleteDraft(invoice_id=invoice_id), invoice_id, "deleted")


@router.post("/invoices/{invoice_id}/lose_dispute")
@router.put("/invoices/{invoice_id}/lose_dispute")
async def lose_dispute(call: Writes, invoice_id: str, body: Fields | None = None) -> Response:
    """Mark a dispute as lost. The official client sends PUT; Lago documents POST."""
    (await call.invoice(invoice_id)).invoice(invoice_id)
    command = LoseDispute(invoice_id=invoice_id)
    await check_fields(call, command, body)
    try:
        await call.perform(command)
    except LagoError as refused:
        if refused.code != ALREADY_LOST:  # a repeated call changes nothing, and is not an error
            raise
    return await answer_invoice(call, invoice_id)


@router.put("/invoices/{invoice_id}/refresh")
async def refresh(call: Writes, invoice_id: str) -> Response:
    """Compute a subscription draft's taxes again with today's rates; an issued invoice stays."""
    view = await call.invoice(invoice_id)
    row = view.invoice(invoice_id)
    if row.kind is not InvoiceKind.SUBSCRIPTION:
        raise LagoError(403, "feature_unavailable")
    if row.status is Status.DRAFT:
        await call.perform(EditDraft(invoice_id=invoice_id, retax=True))
    return await answer_invoice(call, invoice_id)
