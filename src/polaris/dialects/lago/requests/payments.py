"""Payments: recorded by hand, shown and listed."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from polaris.api.coercion import Closed, read_integer, readable
from polaris.core.commands import ReceivePayment
from polaris.core.facts.invoice import Status
from polaris.core.facts.payment import Payment
from polaris.core.scope import Scope
from polaris.dialects.lago.errors import INVALID, MANDATORY, LagoError, invalid
from polaris.dialects.lago.requests.call import Call, Text, id_set, may, reply
from polaris.dialects.lago.requests.coercion import Paged, Paging, parse_time
from polaris.dialects.lago.responses import payments as shown
from polaris.keys import KeyScope
from polaris.money import LARGEST_MINOR
from polaris.store.read import lists

router = APIRouter(tags=["payments"])

Reads = Annotated[Call, Depends(may(KeyScope.READ, "payment"))]
Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "payment"))]


class PaymentInput(Closed):
    """A payment received for one invoice."""

    invoice_id: Text | None = None
    amount_cents: Any = None
    reference: Text | None = None
    paid_at: Text | None = None


class PaymentBody(Closed):
    """A payment under its root key."""

    payment: PaymentInput


@router.post("/payments")
async def create(call: Writes, body: PaymentBody) -> Response:
    """Record a payment received for an invoice, and apply it at once."""
    asked = body.payment
    if not asked.invoice_id:
        raise invalid(invoice_id=[MANDATORY])
    amount = readable(read_integer, asked.amount_cents)
    if amount is None or amount <= 0:
        raise invalid(amount_cents=["invalid_value"])
    command = await receive_command(call, asked, asked.invoice_id, min(amount, LARGEST_MINOR + 1))
    view = await call.perform_and_show(command)
    return reply("payment", shown.payment(view, view.the(Payment, command.payment_id)))


async def receive_command(
    call: Call, asked: PaymentInput, invoice_id: str, amount_minor: int
) -> ReceivePayment:
    """Return the command; the engine checks if the amount is due. Raises LagoError."""
    scope = Scope(invoices=id_set(invoice_id, "invoice"), billed=False, booked=False)
    view = await call.view(scope)
    invoice = view.invoice(invoice_id)
    if invoice.status is not Status.FINALIZED and not await call.done_before(ReceivePayment):
        raise LagoError(403, "feature_unavailable")
    try:
        received_at = parse_time(asked.paid_at, view.tenant.timezone)
    except ValueError:
        raise invalid(paid_at=["invalid_date"]) from None
    return ReceivePayment(
        payment_id=call.new_id(),
        currency=invoice.currency,
        amount_minor=amount_minor,
        reference=(asked.reference or "").strip(),
        received_at=received_at,
        apply_to={invoice_id: amount_minor},
    )


@router.get("/payments/{payment_id}")
async def show(call: Reads, payment_id: str) -> Response:
    """Show a payment."""
    return await answer_payment(call, payment_id)


async def answer_payment(call: Call, payment_id: str) -> Response:
    """Answer with the payment as it is now."""
    named_here = id_set(payment_id, "payment")
    view = await call.view(Scope(payments=named_here, billed=False, booked=False))
    row = view.the(Payment, payment_id, "payment_id")
    return reply("payment", shown.payment(view, row))


@router.get("/payments")
async def find_all(
    call: Reads,
    paging: Paged,
    invoice_id: str | None = None,
    external_customer_id: str | None = None,
) -> Response:
    """List payments, the newest first."""
    return await listed(call, paging, invoice_id, external_customer_id)


@router.get("/customers/{external_id:path}/payments")
async def of_customer(
    call: Reads, paging: Paged, external_id: str, invoice_id: str | None = None
) -> Response:
    """List a customer's payments, the newest first."""
    await call.customer(external_id)
    return await listed(call, paging, invoice_id, external_id)


async def listed(
    call: Call, paging: Paging, invoice_id: str | None, external_customer_id: str | None
) -> Response:
    """Answer with one page of payments."""
    if invoice_id:
        try:
            id_set(invoice_id, "invoice")
        except LagoError:
            raise invalid(invoice_id=[INVALID]) from None
    filters = {
        "invoice_id": invoice_id or None,
        "external_customer_id": external_customer_id or None,
    }
    page = await call.read(lists.page, lists.PAYMENTS, filters, paging.per_page, paging.offset)
    scope = Scope(payments=set(page.ids), billed=False, booked=False)
    view = await call.view(scope)
    rows = [shown.payment(view, view.the(Payment, one)) for one in page.ids]
    return reply("payments", rows, meta=paging.meta(page.total))
