"""Taxes of the catalogue, found by their code."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from polaris.api.coercion import MaybeBoolean, MaybeDecimal
from polaris.core.commands import DeleteTaxCode, SaveTaxCode
from polaris.core.commands.base import or_unset
from polaris.core.facts.catalogue import TaxCode
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.dialects.lago.errors import not_found
from polaris.dialects.lago.requests.call import Call, Text, may, reply
from polaris.dialects.lago.requests.coercion import Paged, require_fields, text_change
from polaris.dialects.lago.responses import taxes as shown
from polaris.keys import KeyScope
from polaris.store.read import catalogue

router = APIRouter(tags=["taxes"])

Reads = Annotated[Call, Depends(may(KeyScope.READ, "tax"))]
Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "tax"))]


class Tax(BaseModel):
    """A requested tax; an update has only the fields that change."""

    name: Text | None = None
    code: Text | None = None
    rate: MaybeDecimal = None
    description: Text | None = None
    applied_to_organization: MaybeBoolean = None


class TaxBody(BaseModel):
    """A tax under its root key."""

    tax: Tax


@router.post("/taxes")
async def create(call: Writes, body: TaxBody) -> Response:
    """Create a tax; its code must be unused."""
    require_fields(body.tax, "name", "code", "rate")
    return await save_tax(call, save_command(call.new_id(), body.tax))


@router.get("/taxes")
async def find_all(call: Reads, paged: Paged) -> Response:
    """List the taxes, the newest first."""
    page = await call.read(catalogue.tax_codes, paged.per_page, paged.offset)
    view = await call.view(Scope())
    taxes = [shown.tax(view, row) for row in page.rows]
    return reply("taxes", taxes, meta=paged.meta(page.total))


@router.get("/taxes/{code:path}")
async def find(call: Reads, code: str) -> Response:
    """Show a tax."""
    view = await tax_view(call, code)
    return reply("tax", shown.tax(view, find_tax(view, code)))


@router.put("/taxes/{code:path}")
async def update(call: Writes, code: str, body: TaxBody) -> Response:
    """Change the given fields of a tax; existing invoices keep the old rate."""
    view = await tax_view(call, code)
    return await save_tax(call, save_command(find_tax(view, code).id, body.tax))


@router.delete("/taxes/{code:path}")
async def destroy(call: Writes, code: str) -> Response:
    """Delete a tax; the answer shows it one last time."""
    view = await tax_view(call, code)
    row = find_tax(view, code)
    await call.perform(DeleteTaxCode(tax_code_id=row.id))
    return reply("tax", shown.tax(view, row))


def save_command(tax_code_id: str, asked: Tax) -> SaveTaxCode:
    """Return the command that saves the given fields; null removes the description."""
    return SaveTaxCode(
        tax_code_id=tax_code_id,
        code=or_unset(asked.code),
        name=or_unset(asked.name),
        rate=or_unset(asked.rate),
        description=text_change(asked, "description"),
        applied_by_default=or_unset(asked.applied_to_organization),
    )


async def tax_view(call: Call, code: str) -> View:
    """Load the taxes with this code, deleted ones too."""
    return await call.view(Scope(codes_of_taxes={code}))


def find_tax(view: View, code: str) -> TaxCode:
    """Return the tax with this code. Raises LagoError 404."""
    for row in view.of(TaxCode, "code", code):
        if row.deleted_at is None:
            return row
    raise not_found("tax")


async def save_tax(call: Call, command: SaveTaxCode) -> Response:
    """Perform the command, and answer with the saved tax."""
    view = await call.perform_and_show(command)
    return reply("tax", shown.tax(view, view.the(TaxCode, command.tax_code_id)))
