"""Replace a voided invoice by a corrected one. Our extension: Lago has it in its GraphQL only.

A line is taxed as things are taxed today: as asked for now, else as it was asked for then, else as
its add-on, its customer or the tenant says. A line of no add-on keeps its taxes, at today's rates.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, NamedTuple

import msgspec
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from polaris.core.balances.line import gross_of
from polaris.core.commands import RegenerateInvoice
from polaris.core.commands.values import Apply, NewLine, TaxRate
from polaris.core.facts.catalogue import AddOn
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice, InvoiceKind, Line, Status
from polaris.core.view import View
from polaris.dialects.lago.errors import INVALID, invalid, not_found
from polaris.dialects.lago.requests import fees
from polaris.dialects.lago.requests.call import Call, Text, answered, may
from polaris.dialects.lago.requests.coercion import Truth
from polaris.dialects.lago.requests.fees import Fee, Item, Taxing
from polaris.dialects.lago.requests.invoices import VoidBody, done, void_command
from polaris.dialects.lago.responses import invoices as shown
from polaris.dialects.lago.responses.fees import kept, unit_price
from polaris.keys import KeyScope

router = APIRouter(tags=["invoices"])

Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "invoice"))]

STATUSES = {"draft": Status.DRAFT, "finalized": Status.FINALIZED}


class CorrectedFee(Fee):
    """A fee of the new invoice; with the id of an original one it says only what differs."""

    id: Text | None = None
    remove: Truth = False


class RegenerateBody(BaseModel):
    """What differs from the original; `fees`, when given, are all of the new invoice's."""

    fees: list[CorrectedFee] | None = None
    purchase_order_number: Text | None = None
    void: Truth = False
    status: Text | None = None


class Original(NamedTuple):
    """The invoice to be replaced, with what its fees bill."""

    view: View
    row: Invoice
    add_ons: Mapping[str, AddOn]
    taxes: Taxing


@router.post("/invoices/{invoice_id}/regenerate")
async def regenerate(call: Writes, invoice_id: str, body: RegenerateBody | None = None) -> Response:
    """Replace a voided invoice, or void and replace it. Our extension to Lago's API."""
    command = await regeneration(call, invoice_id, body or RegenerateBody())
    return await done(call, command, command.new_invoice_id)


@router.post("/invoices/{invoice_id}/regenerate/preview")
async def preview(call: Writes, invoice_id: str, body: RegenerateBody | None = None) -> Response:
    """Show what would replace an invoice; nothing is written. Our extension to Lago's API."""
    command = await regeneration(call, invoice_id, body or RegenerateBody())
    rows = (await call.preview(command)).rows
    view = (await call.invoice(invoice_id)).with_rows(rows)
    return answered("invoice", shown.invoice(view, view.the(Invoice, command.new_invoice_id)))


async def regeneration(call: Call, invoice_id: str, body: RegenerateBody) -> RegenerateInvoice:
    """The command for what is asked. Raises LagoError."""
    view = await call.invoice(invoice_id)
    row = view.invoice(invoice_id)
    if (body.status or "finalized") not in STATUSES:
        raise invalid(status=[INVALID])
    original = await looked_up(call, view, row, body.fees or ())
    items = items_of(original, body.fees)
    void = body.void and row.status is not Status.VOIDED
    settings = view.tenant.settings
    spends = row.kind is not InvoiceKind.TOP_UP
    return RegenerateInvoice(
        invoice_id=invoice_id,
        new_invoice_id=call.new_id(),
        status=STATUSES[body.status or "finalized"],
        void_first=void_command(invoice_id, VoidBody(), settings) if void else None,
        lines=tuple(item.line for item in items),
        details=details_of(original, items, body),
        apply=Apply(notes=spends, wallet=spends),
    )


async def looked_up(
    call: Call, view: View, row: Invoice, listed: Sequence[CorrectedFee]
) -> Original:
    """What today's catalogue has for the old lines and the new ones."""
    balance = view.balance(row)
    codes = [line.code for line in balance.lines] + [fee.add_on_code for fee in listed]
    add_ons = await fees.add_ons_of(call, codes)
    asked = [
        *(fee.tax_codes for fee in listed),
        *(asked_then(row, line) for line in balance.lines),
        [tax.code for tax in balance.taxes],
    ]
    customer = view.the(Customer, row.customer_id)
    taxes = await fees.taxing(call, customer, add_ons.values(), asked)
    return Original(view, row, add_ons, taxes)


def asked_then(row: Invoice, line: Line) -> list[str]:
    """The tax codes that the line was asked for with, if any."""
    codes = kept(row, "fees", str(line.position)).get("tax_codes")
    return codes if isinstance(codes, list) else []


def items_of(original: Original, fees: list[CorrectedFee] | None) -> list[Item]:
    """The new invoice's lines: the original's, or those that are listed. Raises LagoError."""
    lines = {line.id: line for line in original.view.balance(original.row).lines}
    if fees is None:
        return [repeated(original, line, CorrectedFee()) for line in lines.values()]
    return [item_of(original, lines, fee) for fee in fees if not fee.remove]


def item_of(original: Original, lines: Mapping[str, Line], fee: CorrectedFee) -> Item:
    """One of the lines listed. Raises LagoError."""
    if fee.id is None:
        return fees.item(fee, fees.add_on_of(fee, original.add_ons), original.taxes)
    if fee.id not in lines:
        raise not_found("fee")
    return repeated(original, lines[fee.id], fee)


def repeated(original: Original, line: Line, fee: CorrectedFee) -> Item:
    """A line of the original with what differs in it. Raises LagoError."""
    begins, ends = fees.period(fee)
    again = fees.again(original.view.balance(original.row), line, original.taxes)
    new = msgspec.structs.replace(
        repriced(again, line, fee),
        description=fee.invoice_display_name or line.description,
        taxes=taxes_of(original, line, fee, again),
        original_line_id=line.id,
    )
    before = dict(kept(original.row, "fees", str(line.position)))
    differs = {"description": fee.description, "tax_codes": fee.tax_codes, "from": begins}
    given = {name: value for name, value in differs.items() if value is not None}
    return Item(new, {**before, **given, **({"to": ends} if ends else {})})


def repriced(again: NewLine, line: Line, fee: CorrectedFee) -> NewLine:
    """The line with the units and the price that are given; a discount is at most the amount."""
    if fee.units is None and fee.unit_amount_cents is None:
        return again
    price = unit_price(line) if fee.unit_amount_cents is None else Decimal(fee.unit_amount_cents)
    units = line.quantity if fee.units is None else fee.units
    changed = msgspec.structs.replace(again, quantity=units, unit_price=price, amount_minor=None)
    most = min(line.discount_minor, gross_of(changed))
    return msgspec.structs.replace(changed, discount_minor=most)


def taxes_of(
    original: Original, line: Line, fee: CorrectedFee, again: NewLine
) -> tuple[TaxRate, ...]:
    """Taxes as asked for now, else then, else as usual for an add-on; else the line's own."""
    add_on = original.add_ons.get(line.code or "")
    then = [one for one in asked_then(original.row, line) if one in original.taxes.known]
    if add_on is None and not fee.tax_codes and not then:
        return again.taxes
    return original.taxes.of(fee.tax_codes or then, add_on)


def details_of(original: Original, items: list[Item], body: RegenerateBody) -> dict[str, object]:
    """What the new invoice keeps; an order number that is not spoken of stays."""
    order = original.row.details.get("purchase_order_number")
    if "purchase_order_number" in body.model_fields_set:
        order = fees.order_number(body.purchase_order_number)
    return fees.details_of(items, original.taxes, order)
