"""One invoice: shown, finalized, voided, deleted, disputed, collected again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

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
from polaris.core.facts.tenant import LagoNotesOnVoid, Settings
from polaris.core.view import View
from polaris.dialects.lago.errors import ALREADY_LOST, EXCEEDING, LagoError
from polaris.dialects.lago.requests import fees
from polaris.dialects.lago.requests.call import Call, answered, may
from polaris.dialects.lago.requests.coercion import Truth, Whole
from polaris.dialects.lago.responses import invoices as shown
from polaris.dialects.lago.rules import void_fitted
from polaris.keys import KeyScope

router = APIRouter(tags=["invoices"])

Reads = Annotated[Call, Depends(may(KeyScope.READ, "invoice"))]
Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "invoice"))]


class VoidBody(BaseModel):
    """What becomes of the invoice's amount; without a credit note the amounts are ignored."""

    generate_credit_note: Truth = False
    refund_amount: Whole = 0
    credit_amount: Whole = 0


@router.get("/invoices/{invoice_id}")
async def show(call: Reads, invoice_id: str) -> Response:
    """An invoice with its fees, credits and taxes."""
    view = await call.invoice(invoice_id)
    return answered("invoice", shown.invoice(view, view.invoice(invoice_id)))


async def as_it_is(call: Call, invoice_id: str) -> Response:
    """The invoice as it is now."""
    view = await call.invoice(invoice_id)
    return answered("invoice", shown.invoice(view, view.the(Invoice, invoice_id)))


async def done(
    call: Call, command: Command, invoice_id: str, status: str | None = None
) -> Response:
    """Do it, and answer the invoice as it was left."""
    view = await call.perform_and_show(command)
    return answered("invoice", shown.invoice(view, view.the(Invoice, invoice_id), status))


@router.post("/invoices/{invoice_id}/void")
async def void(call: Writes, invoice_id: str, body: VoidBody | None = None) -> Response:
    """Take an invoice out of the books, with or without a credit note."""
    asked = body or VoidBody()
    command = void_command(invoice_id, asked, (await call.tenant()).settings)
    try:
        return await done(call, command, invoice_id)
    except LagoError as refused:
        if refused.details != EXCEEDING:
            raise
        view = await call.invoice(invoice_id)
        fitted = void_fitted(view.balance(view.invoice(invoice_id)), command)
        if fitted is command:
            raise
    return await done(call, fitted, invoice_id)


def void_command(invoice_id: str, body: VoidBody, settings: Settings) -> VoidInvoice:
    """Lago's policy: without a note the wallet's credits go back, with one they fund the note."""
    if not body.generate_credit_note:
        back = settings.lago_notes_on_void is LagoNotesOnVoid.BACK
        give_back = GiveBack(wallet=True, notes=back)
        return VoidInvoice(invoice_id=invoice_id, note=VoidNote.NONE, give_back=give_back)
    return VoidInvoice(
        invoice_id=invoice_id,
        comment=f"Credit of the voided invoice {invoice_id}",
        credit_minor=body.credit_amount,
        refund_minor=body.refund_amount,
        note=VoidNote.REQUESTED_AND_VOIDED_REMAINDER,
        give_back=GiveBack(wallet=False, notes=False),
    )


@router.put("/invoices/{invoice_id}/finalize")
async def finalize(call: Writes, invoice_id: str) -> Response:
    """Number a draft, taxed as today, and settle it with what the customer has to its credit."""
    view = await call.invoice(invoice_id)
    draft = view.invoice(invoice_id)
    await call.perform_all(await outdated(call, view, draft))
    return await done(call, finalize_command(view, draft), invoice_id)


def finalize_command(view: View, draft: Invoice) -> FinalizeInvoice:
    """Issued today where the customer is. Credit settles what subscriptions bill, as in Lago."""
    customer = view.the(Customer, draft.customer_id)
    spends = draft.kind is InvoiceKind.SUBSCRIPTION
    return FinalizeInvoice(
        invoice_id=draft.id,
        issue_date=view.decision.accounting_date(view.today(customer)),
        apply=Apply(notes=spends, wallet=spends),
        skip_zero=skips_zero(customer, view.tenant.settings),
    )


def skips_zero(customer: Customer, settings: Settings) -> bool:
    """Whether an invoice over nothing is closed instead: as the customer says, else the tenant."""
    own = customer.details.get("finalize_zero_amount_invoice")
    return settings.lago_skip_zero if own in (None, "inherit") else own == "skip"


@router.delete("/invoices/{invoice_id}")
async def delete(call: Writes, invoice_id: str) -> Response:
    """Drop a draft; it is shown this once more."""
    return await done(call, DeleteDraft(invoice_id=invoice_id), invoice_id, "deleted")


@router.post("/invoices/{invoice_id}/lose_dispute")
@router.put("/invoices/{invoice_id}/lose_dispute")
async def lose_dispute(call: Writes, invoice_id: str) -> Response:
    """Note that the customer won a dispute; the official client sends PUT, Lago documents POST."""
    (await call.invoice(invoice_id)).invoice(invoice_id)
    try:
        await call.perform(LoseDispute(invoice_id=invoice_id))
    except LagoError as refused:
        if refused.code != ALREADY_LOST:  # the second time changes nothing, and says nothing
            raise
    return await as_it_is(call, invoice_id)


@router.put("/invoices/{invoice_id}/refresh")
async def refresh(call: Writes, invoice_id: str) -> Response:
    """Tax a subscription's draft as things are taxed today; one that was issued stays."""
    view = await call.invoice(invoice_id)
    row = view.invoice(invoice_id)
    if row.kind is not InvoiceKind.SUBSCRIPTION:
        raise LagoError(403, "feature_unavailable")
    if row.status is Status.DRAFT:
        await call.perform(await refreshed(call, view, row))
    return await as_it_is(call, invoice_id)


async def outdated(call: Call, view: View, draft: Invoice) -> list[Command]:
    """What brings a subscription's draft up to date; nothing when it is."""
    if draft.kind is not InvoiceKind.SUBSCRIPTION or draft.status is not Status.DRAFT:
        return []
    edit = await refreshed(call, view, draft)
    balance = view.balance(draft)
    then = fees.Taxing({})
    as_drafted = tuple(fees.again(balance, line, then) for line in balance.lines)
    return [] if edit.lines == as_drafted else [edit]


async def refreshed(call: Call, view: View, draft: Invoice) -> EditDraft:
    """The draft's lines again, with the rates that their tax codes have today."""
    balance = view.balance(draft)
    codes = [[tax.code for tax in balance.taxes]]
    taxes = await fees.taxing(call, view.the(Customer, draft.customer_id), asked=codes)
    lines = tuple(fees.again(balance, line, taxes) for line in balance.lines)
    details = {**draft.details, "taxes": taxes.kept(lines)}
    return EditDraft(invoice_id=draft.id, revision=draft.revision, lines=lines, details=details)
