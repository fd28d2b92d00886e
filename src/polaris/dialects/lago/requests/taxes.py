"""Taxes of the catalogue, each by its code."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from polaris.core.commands import DeleteTaxCode, SaveTaxCode
from polaris.core.commands.base import or_unset
from polaris.core.facts.catalogue import TaxCode
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.dialects.lago.errors import not_found
from polaris.dialects.lago.requests.call import Call, Text, may, reply
from polaris.dialects.lago.requests.coercion import MaybeTruth, Paged, require_fields, text_change
from polaris.dialects.lago.responses import taxes as shown
from polaris.keys import KeyScope
from polaris.store.read import catalogue

router = APIRouter(tags=["taxes"])

Reads = Annotated[Call, Depends(may(KeyScope.READ, "tax"))]
Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "tax"))]


class Tax(BaseModel):
    """A tax as asked for; a change names only what changes."""

    name: Text | None = None
    code: Text | None = None
    rate: Decimal | None = None
    description: Text | None = None
    applied_to_organization: MaybeTruth = None


class TaxBody(BaseModel):
    """The tax under its root."""

    tax: Tax


@router.post("/taxes")
async def create(call: Writes, body: TaxBody) -> Response:
    """Create a tax with a code of its own."""
    require_fields(body.tax, "name", "code", "rate")
    return await save_tax(call, save_command(call.new_id(), body.tax))


@router.get("/taxes")
async def find_all(call: Reads, paged: Paged) -> Response:
    """All taxes, the newest first."""
    page = await call.read(catalogue.tax_codes, paged.per_page, paged.offset)
    view = await call.view(Scope())
    taxes = [shown.tax(view, row) for row in page.rows]
    return reply("taxes", taxes, meta=paged.meta(page.total))


@router.get("/taxes/{code:path}")
async def find(call: Reads, code: str) -> Response:
    """A tax by its code."""
    view = await tax_view(call, code)
    return reply("tax", shown.tax(view, find_tax(view, code)))


@router.put("/taxes/{code:path}")
async def update(call: Writes, code: str, body: TaxBody) -> Response:
    """Change what is given of a tax; what was taxed keeps its rate."""
    view = await tax_view(call, code)
    return await save_tax(call, save_command(find_tax(view, code).id, body.tax))


@router.delete("/taxes/{code:path}")
async def destroy(call: Writes, code: str) -> Response:
    """Delete a tax; it is shown this once more."""
    view = await tax_view(call, code)
    row = find_tax(view, code)
    await call.perform(DeleteTaxCode(tax_code_id=row.id))
    return reply("tax", shown.tax(view, row))


def save_command(tax_code_id: str, asked: Tax) -> SaveTaxCode:
    """The fields that are given; a description that is null is none."""
    return SaveTaxCode(
        tax_code_id=tax_code_id,
        code=or_unset(asked.code),
        name=or_unset(asked.name),
        rate=or_unset(asked.rate),
        description=text_change(asked, "description"),
        applied_by_default=or_unset(asked.applied_to_organization),
    )


async def tax_view(call: Call, code: str) -> View:
    """What there is with this code."""
    return await call.view(Scope(codes_of_taxes={code}))


def find_tax(view: View, code: str) -> TaxCode:
    """The tax with this code. Raises LagoError."""
    for row in view.of(TaxCode, "code", code):
        if row.deleted_at is None:
            return row
    raise not_found("tax")


async def save_tax(call: Call, command: SaveTaxCode) -> Response:
    """Save it, and answer the tax as it was left."""
    view = await call.perform_and_show(command)
    return reply("tax", shown.tax(view, view.the(TaxCode, command.tax_code_id)))
