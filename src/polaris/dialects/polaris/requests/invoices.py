"""Calls on one invoice: show, explain, void, finalize and replace it, with previews."""

from typing import Any

from fastapi import APIRouter, Response

from polaris.api.coercion import Closed, MaybeBoolean, Whole
from polaris.api.text import Text
from polaris.core.facts.credit_note import CreditTo
from polaris.dialects.polaris.errors import MISSING_ID, InvoiceError
from polaris.dialects.polaris.requests.call import InvoiceReads, InvoiceWrites, expectation
from polaris.dialects.polaris.responses import invoices as shown
from polaris.dialects.polaris.responses import outcomes
from polaris.services import invoices
from polaris.services.invoice_detail import detail
from polaris.services.invoices import Expectation, VoidChoices

router = APIRouter(tags=["invoices"])


class FinalizeBody(Closed):
    """The outcome that the caller agrees to: `expect` and `effects` of a preview."""

    expect: Text | None = None
    expected: dict[str, Any] | None = None

    def expectation(self) -> Expectation:
        """Return the outcome that the caller agrees to. Raises AdminError 422."""
        return expectation(self.expect, self.expected)


class VoidBody(FinalizeBody):
    """What a void gives back. Amounts are minor units of the invoice's currency.

    Without `generate_credit_note` the setting `void_with_credit_note` decides about a credit note.
    """

    generate_credit_note: MaybeBoolean = None
    refund_amount: Whole = 0
    credit_amount: Whole = 0
    reason: Text | None = None
    comment: Text | None = None

    def choices(self) -> VoidChoices:
        """Return the choices. A credit note without an amount keeps what is not refunded."""
        keeps = self.generate_credit_note and not self.credit_amount
        return VoidChoices(
            credit_note=self.generate_credit_note,
            refund_minor=self.refund_amount,
            credit_minor=None if keeps else self.credit_amount,
            credit_to=CreditTo.WALLET,
            reason=self.reason,
            comment=self.comment,
        )


# ---------------------------------------------------------------- without an id


@router.post("/invoice//{action}", include_in_schema=False)
async def without_id(call: InvoiceWrites, action: str) -> Response:
    """Refuse a call whose path lacks the id."""
    raise InvoiceError(400, MISSING_ID)


@router.post("/invoice/void", include_in_schema=False)
@router.post("/invoice/finalize", include_in_schema=False)
async def without_segment(call: InvoiceWrites) -> Response:
    """Refuse a call whose path lacks the id and its slash."""
    raise InvoiceError(400, MISSING_ID)


def present(invoice_id: str) -> str:
    """Return the id of the path. Raises InvoiceError 400 if it is blank."""
    if not invoice_id.strip():
        raise InvoiceError(400, MISSING_ID)
    return invoice_id


# ---------------------------------------------------------------- reading


@router.get("/invoice/{invoice_id}")
async def show(call: InvoiceReads, invoice_id: str) -> Response:
    """Show an invoice with its lines, taxes, payments, documents, ledger lines and timeline."""
    return outcomes.answer(shown.whole(await detail(call, present(invoice_id))))


@router.get("/invoice/{invoice_id}/explain")
async def explain(call: InvoiceReads, invoice_id: str) -> Response:
    """Show which commands the caller may perform on an invoice now, and why not the others."""
    return outcomes.answer(shown.explained(await invoices.explain(call, present(invoice_id))))


# ---------------------------------------------------------------- changing


@router.post("/invoice/{invoice_id}/void")
async def void(call: InvoiceWrites, invoice_id: str, body: VoidBody | None = None) -> Response:
    """Void an invoice. `generate_credit_note` documents it by a credit note; if it is left out,
    the setting `void_with_credit_note` decides. `refund_amount` goes back to the payment method,
    and `credit_amount` becomes wallet credit."""
    wanted = body or VoidBody()
    done = await invoices.void(call, present(invoice_id), wanted.choices(), wanted.expectation())
    return outcomes.answer(shown.summary(done.detail))


@router.post("/invoice/{invoice_id}/void/preview")
async def preview_void(
    call: InvoiceReads, invoice_id: str, body: VoidBody | None = None
) -> Response:
    """Return the effects of a void and their fingerprint. Nothing is written."""
    choices = (body or VoidBody()).choices()
    return outcomes.effects(await invoices.preview_void(call, present(invoice_id), choices))


@router.post("/invoice/{invoice_id}/finalize")
async def finalize(
    call: InvoiceWrites, invoice_id: str, body: FinalizeBody | None = None
) -> Response:
    """Finalize a draft: number it, book it, and settle it with the customer's credit notes."""
    agreed = (body or FinalizeBody()).expectation()
    done = await invoices.finalize(call, present(invoice_id), agreed)
    return outcomes.answer(shown.summary(done.detail))


@router.post("/invoice/{invoice_id}/finalize/preview")
async def preview_finalize(call: InvoiceReads, invoice_id: str) -> Response:
    """Return the effects of finalizing a draft and their fingerprint. Nothing is written."""
    return outcomes.effects(await invoices.preview_finalize(call, present(invoice_id)))


@router.post("/invoice/{invoice_id}/replace")
async def replace(call: InvoiceWrites, invoice_id: str, body: VoidBody | None = None) -> Response:
    """Void an invoice and draft its replacement, in one command. The answer shows the draft."""
    wanted = body or VoidBody()
    done = await invoices.replace(call, present(invoice_id), wanted.choices(), wanted.expectation())
    return outcomes.answer(shown.summary(done.detail))


@router.post("/invoice/{invoice_id}/replace/preview")
async def preview_replace(
    call: InvoiceReads, invoice_id: str, body: VoidBody | None = None
) -> Response:
    """Return the effects of a replacement and their fingerprint. Nothing is written."""
    choices = (body or VoidBody()).choices()
    return outcomes.effects(await invoices.preview_replace(call, present(invoice_id), choices))
