"""Replace a voided invoice by a corrected one: an extension, which Lago has in its GraphQL only.

A line is taxed at today's rates. Its taxes are those of this request, else those requested for the
original, else those of its add-on, customer or tenant. A line without an add-on keeps its taxes.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Response
from msgspec import UNSET

from polaris.api.coercion import Boolean, Closed, Fields
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.line import copied, gross_of, unit_price
from polaris.core.commands import RegenerateInvoice
from polaris.core.commands.base import Given
from polaris.core.commands.values import Apply, NewLine
from polaris.core.facts.invoice import Invoice, InvoiceKind, Line, Status
from polaris.dialects.lago.errors import INVALID, invalid, not_found
from polaris.dialects.lago.requests import fees
from polaris.dialects.lago.requests.call import Call, Text, check_known, may, reply
from polaris.dialects.lago.requests.fees import Fee, Item
from polaris.dialects.lago.requests.invoices import VoidBody, perform_and_answer, void_command
from polaris.dialects.lago.responses import invoices as shown
from polaris.dialects.lago.responses.fees import kept_of_fee
from polaris.dialects.lago.rules.settings import settings_of
from polaris.keys import KeyScope

router = APIRouter(tags=["invoices"])

Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "invoice"))]

STATUSES = {"draft": Status.DRAFT, "finalized": Status.FINALIZED}


class CorrectedFee(Fee, Closed):
    """A fee of the new invoice; with the id of an original fee it has only the changed fields."""

    id: Text | None = None
    remove: Boolean = False


class RegenerateBody(Fields):
    """The changes to the original; `fees`, if given, are all fees of the new invoice."""

    fees: list[CorrectedFee] | None = None
    purchase_order_number: Text | None = None
    void: Boolean = False
    status: Text | None = None


@router.post("/invoices/{invoice_id}/regenerate")
async def regenerate(call: Writes, invoice_id: str, body: RegenerateBody | None = None) -> Response:
    """Replace a voided invoice, or void and replace an invoice."""
    command = await regeneration(call, invoice_id, body or RegenerateBody())
    return await perform_and_answer(call, command, command.new_invoice_id)


@router.post("/invoices/{invoice_id}/regenerate/preview")
async def preview(call: Writes, invoice_id: str, body: RegenerateBody | None = None) -> Response:
    """Preview the invoice that would replace an invoice; nothing is stored."""
    command = await regeneration(call, invoice_id, body or RegenerateBody())
    rows = (await call.preview(command)).rows
    view = (await call.invoice(invoice_id)).with_rows(rows)
    return reply("invoice", shown.invoice(view, view.the(Invoice, command.new_invoice_id)))


async def regeneration(call: Call, invoice_id: str, body: RegenerateBody) -> RegenerateInvoice:
    """Return the command for the request. Raises LagoError."""
    view = await call.invoice(invoice_id)
    row = view.invoice(invoice_id)
    check_known(body)
    if (body.status or "finalized") not in STATUSES:
        raise invalid(status=[INVALID])
    items = items_of(view.balance(row), body.fees)
    void = body.void and row.status is not Status.VOIDED
    spends = row.kind is not InvoiceKind.TOP_UP
    return RegenerateInvoice(
        invoice_id=invoice_id,
        new_invoice_id=call.new_id(),
        status=STATUSES[body.status or "finalized"],
        void_first=void_command(invoice_id, VoidBody(), settings_of(view.tenant)) if void else None,
        lines=fees.lines_of(items),
        retax=True,
        purchase_order_number=order_number(body),
        details=fees.details_of(items),
        apply=Apply(notes=spends, wallet=spends),
    )


def order_number(body: RegenerateBody) -> Given[str | None]:
    """Return the purchase order number, which may be null; UNSET if not given. Raises LagoError."""
    if "purchase_order_number" not in body.model_fields_set:
        return UNSET
    return fees.order_number(body.purchase_order_number)


def items_of(balance: InvoiceBalance, listed: list[CorrectedFee] | None) -> list[Item]:
    """Return the new invoice's lines: the listed ones, or the original's. Raises LagoError."""
    lines = {line.id: line for line in balance.lines}
    if listed is None:
        return [repeated(balance, line, CorrectedFee()) for line in lines.values()]
    return [item_of(balance, lines, fee) for fee in listed if not fee.remove]


def item_of(balance: InvoiceBalance, lines: Mapping[str, Line], fee: CorrectedFee) -> Item:
    """Return the line of a listed fee. Raises LagoError."""
    if fee.id is None:
        return fees.item(fee)
    if fee.id not in lines:
        raise not_found("fee")
    return repeated(balance, lines[fee.id], fee)


def repeated(balance: InvoiceBalance, line: Line, fee: CorrectedFee) -> Item:
    """Return a line of the original with the fee's changes. Raises LagoError."""
    begins, ends = fees.period(fee)
    again = repriced(copied(balance, line), line, fee)
    new = msgspec.structs.replace(
        again,
        description=fee.invoice_display_name or line.description,
        tax_codes=None if fee.tax_codes is None else tuple(fee.tax_codes),
        original_line_id=line.id,
        period_from=begins or again.period_from,
        period_to=ends or again.period_to,
    )
    before = kept_of_fee(balance.invoice, line)
    return Item(new, before if fee.description is None else {"description": fee.description})


def repriced(again: NewLine, line: Line, fee: CorrectedFee) -> NewLine:
    """Return the line with the given units and price; its discount is at most its amount."""
    if fee.units is None and fee.unit_amount_cents is None:
        return again
    price = unit_price(line) if fee.unit_amount_cents is None else Decimal(fee.unit_amount_cents)
    units = line.quantity if fee.units is None else fee.units
    changed = msgspec.structs.replace(again, quantity=units, unit_price=price, amount_minor=None)
    most = min(line.discount_minor, gross_of(changed))
    return msgspec.structs.replace(changed, discount_minor=most)
