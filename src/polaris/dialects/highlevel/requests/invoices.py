"""Calls on one invoice: show, send, record a payment, void, delete."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from polaris.core.commands import DeleteDraft, FinalizeInvoice, ReceivePayment, VoidInvoice
from polaris.core.facts.invoice import Invoice, Status
from polaris.dialects.highlevel.errors import HighLevelError, invalid
from polaris.dialects.highlevel.requests.bodies import Location, RecordedPayment, Sending
from polaris.dialects.highlevel.requests.call import Call, Located, check_live, may, reply
from polaris.dialects.highlevel.requests.coercion import ExactRoute, to_minor
from polaris.dialects.highlevel.requests.drafts import perform_and_answer
from polaris.dialects.highlevel.responses.invoices import invoice as shown
from polaris.keys import KeyScope

router = APIRouter(tags=["invoices"], route_class=ExactRoute)

Reads = Annotated[Call, Depends(may(KeyScope.READ))]
Writes = Annotated[Call, Depends(may(KeyScope.WRITE))]

NOTHING_DUE = "Nothing is due on the invoice."


@router.get("/{invoice_id}")
async def show(call: Reads, located: Located, invoice_id: str) -> Response:
    """Show an invoice with its items, its contact and its sums."""
    call.check_location(*located)
    return reply(await shown_now(call, await call.invoice_id(invoice_id)))


async def shown_now(call: Call, row_id: str) -> dict[str, object]:
    """Return the invoice as it is now. Raises NotFound for a deleted one."""
    view = await call.invoice(row_id)
    return shown(view, view.invoice(row_id))


@router.post("/{invoice_id}/void")
async def void(call: Writes, invoice_id: str, body: Location) -> Response:
    """Void an invoice for which no money is kept."""
    call.check_body(body)
    row_id = await call.invoice_id(invoice_id)
    return await perform_and_answer(call, VoidInvoice(invoice_id=row_id), row_id)


@router.delete("/{invoice_id}")
async def delete(call: Writes, located: Located, invoice_id: str) -> Response:
    """Delete a draft; the answer shows it one last time."""
    call.check_location(*located)
    row_id = await call.invoice_id(invoice_id)
    return await perform_and_answer(call, DeleteDraft(invoice_id=row_id), row_id)


@router.post("/{invoice_id}/send")
async def send(call: Writes, invoice_id: str, body: Sending) -> Response:
    """Issue a draft: it gets its number and is owed. An issued invoice stays as it is.

    Polaris sends no message. The webhook of the event tells others to do so.
    """
    call.check_body(body)
    check_live(await call.tenant(), body.liveMode)
    if body.autoPayment and body.autoPayment.on:
        raise invalid("autoPayment is not supported: leave it out, or off")
    row_id = await call.invoice_id(invoice_id)
    row = (await call.invoice(row_id)).invoice(row_id)
    if row.status is Status.VOIDED:
        raise HighLevelError(400, "The invoice is void, so it cannot be sent.")
    if row.status is Status.DRAFT or await call.done_before(FinalizeInvoice):
        view = await call.perform_and_show(FinalizeInvoice(invoice_id=row_id))
        after = shown(view, view.the(Invoice, row_id))
    else:
        after = await shown_now(call, row_id)
    return reply({"invoice": after, "smsData": {}, "emailData": {}})


# ---------------------------------------------------------------- payments


@router.post("/{invoice_id}/record-payment")
async def record_payment(call: Writes, invoice_id: str, body: RecordedPayment) -> Response:
    """Record a payment that was received outside. Each call records one more payment."""
    call.check_body(body)
    if body.paymentScheduleIds:
        raise invalid("paymentScheduleIds is not supported: leave it out")
    row_id = await call.invoice_id(invoice_id)
    row = (await call.invoice(row_id)).invoice(row_id)
    view = await call.perform_and_show(payment_command(row, body, call.new_id()))
    return reply({"success": True, "invoice": shown(view, view.the(Invoice, row_id))})


def payment_command(row: Invoice, body: RecordedPayment, payment_id: str) -> ReceivePayment:
    """Return the command. Without an amount the payment is for all that is due.

    Raises HighLevelError: 422 for the amount, 400 if nothing is due.
    """
    amount_minor = row.outstanding_minor
    if body.amount is not None:
        amount_minor = positive_minor(body.amount, row.currency)
    elif row.status is Status.FINALIZED and not amount_minor:
        raise HighLevelError(400, NOTHING_DUE)
    return ReceivePayment(
        payment_id=payment_id,
        currency=row.currency,
        amount_minor=amount_minor,
        method=body.mode,
        reference=reference(body),
        received_at=body.fulfilledAt,
        apply_to={row.id: amount_minor},
    )


def positive_minor(amount: Decimal, currency: str) -> int:
    """Return the amount in minor units. Raises HighLevelError 422, also for zero."""
    amount_minor = to_minor(amount, currency, "amount")
    if not amount_minor:
        raise invalid("amount must be more than 0")
    return amount_minor


def reference(body: RecordedPayment) -> str | None:
    """Return the cheque's number or the card, then the notes, as one text."""
    cheque = body.cheque.number if body.mode == "cheque" and body.cheque else None
    card = [body.card.brand, body.card.last4] if body.mode == "card" and body.card else []
    return ", ".join(text for text in (cheque, *card, body.notes) if text) or None
