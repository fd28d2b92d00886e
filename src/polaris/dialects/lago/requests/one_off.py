"""One-off invoices over add-ons: issued at once, or previewed."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from polaris.api.coercion import Closed
from polaris.core.commands import IssueInvoice
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice
from polaris.core.scope import Scope
from polaris.dialects.lago.errors import LagoError, not_found
from polaris.dialects.lago.requests import fees
from polaris.dialects.lago.requests.call import Call, Text, check_issuer, may, reply
from polaris.dialects.lago.requests.fees import Fee
from polaris.dialects.lago.requests.invoices import perform_and_answer, skips_zero
from polaris.dialects.lago.responses import invoices as shown
from polaris.keys import KeyScope
from polaris.store.read import catalogue

router = APIRouter(tags=["invoices"])

Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "invoice"))]


class OneOff(BaseModel):
    """A one-off invoice over add-ons. Collection settings and custom sections are ignored."""

    external_customer_id: Text | None = None
    currency: Text | None = None
    billing_entity_code: Text | None = None
    purchase_order_number: Text | None = None
    fees: list[Fee] | None = None


class OneOffBody(Closed):
    """An invoice under its root key."""

    invoice: OneOff


@router.post("/invoices")
async def create(call: Writes, body: OneOffBody) -> Response:
    """Issue a one-off invoice over add-ons. No credit is applied to it."""
    customer = await call.customer(body.invoice.external_customer_id or "")
    command = await one_off(call, customer, body.invoice)
    return await perform_and_answer(call, command, command.invoice_id)


async def one_off(call: Call, customer: Customer, asked: OneOff) -> IssueInvoice:
    """Return the command that issues the invoice. Raises LagoError."""
    listed = asked.fees or []
    if not listed:
        raise not_found("fees")
    tenant = await call.tenant()
    try:
        check_issuer(tenant, asked.billing_entity_code)
        items = [fees.item(fee) for fee in listed]
        order = fees.order_number(asked.purchase_order_number)
    except LagoError:
        await check_add_ons(call, listed)  # Lago reports missing add-ons before other errors
        raise
    return IssueInvoice(
        invoice_id=call.new_id(),
        customer_id=customer.id,
        currency=asked.currency or customer.currency or tenant.currency,
        lines=fees.lines_of(items),
        purchase_order_number=order,
        details=fees.details_of(items),
        skip_zero=skips_zero(customer, tenant),
    )


async def check_add_ons(call: Call, listed: list[Fee]) -> None:
    """Check that every add-on exists. Raises LagoError 404."""
    if await call.done_before(IssueInvoice):
        return
    known = await call.read(catalogue.items_called, {fee.add_on_code or "" for fee in listed})
    if any((fee.add_on_code or "") not in known for fee in listed):
        raise not_found("add_on")


# ---------------------------------------------------------------- previews


class Preview(BaseModel):
    """An invoice to preview: with a plan, as in Lago, or with `fees`, as a one-off invoice."""

    plan_code: Any = None
    coupons: Any = None
    customer: Any = None
    subscriptions: Any = None
    external_customer_id: Text | None = None
    currency: Text | None = None
    billing_entity_code: Text | None = None
    purchase_order_number: Text | None = None
    fees: list[Fee] | None = None


@router.post("/invoices/preview")
async def preview(call: Writes, body: Preview) -> Response:
    """Preview an invoice; nothing is stored. `fees` are an extension; there are no plans yet."""
    if body.coupons is not None and not isinstance(body.coupons, list):
        raise LagoError(400, "coupons_must_be_an_array")
    if body.subscriptions is not None and not isinstance(body.subscriptions, dict):
        raise LagoError(400, "subscriptions_must_be_an_object")
    check_issuer(await call.tenant(), body.billing_entity_code)
    named = external_id(body)
    customer = await call.customer(named) if named is not None else None
    if body.subscriptions:
        raise not_found("subscription")
    if body.plan_code or body.fees is None:
        raise not_found("plan")
    if body.coupons:
        raise not_found("coupon")
    if customer is None:
        raise not_found("customer")
    return await answer_preview(call, await one_off(call, customer, one_off_of(body)))


def external_id(body: Preview) -> str | None:
    """Return the customer's external id, as in an issued invoice or as in Lago's preview."""
    within = body.customer.get("external_id") if isinstance(body.customer, dict) else None
    return body.external_customer_id or (within if isinstance(within, str) else None)


def one_off_of(body: Preview) -> OneOff:
    """Return the previewed fees as a one-off invoice."""
    return OneOff.model_validate(body.model_dump(include=set(OneOff.model_fields)))


async def answer_preview(call: Call, command: IssueInvoice) -> Response:
    """Answer with the invoice that the command would create."""
    rows = (await call.preview(command)).rows
    view = (await call.view(Scope(customers={command.customer_id}))).with_rows(rows)
    return reply("invoice", shown.invoice(view, view.the(Invoice, command.invoice_id)))
