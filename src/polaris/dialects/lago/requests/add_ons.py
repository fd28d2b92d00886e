"""Add-ons: catalogue items that invoices bill by their code."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from msgspec import UNSET
from pydantic import BaseModel

from polaris.api.coercion import MaybeWhole
from polaris.core.commands import DeleteCatalogueItem, SaveCatalogueItem
from polaris.core.commands.base import or_unset
from polaris.core.facts.catalogue import CatalogueItem
from polaris.core.scope import Scope
from polaris.dialects.lago.errors import not_found
from polaris.dialects.lago.requests.call import Call, Text, may, reply
from polaris.dialects.lago.requests.coercion import Paged, require_fields, text_change
from polaris.dialects.lago.responses import add_ons as shown
from polaris.keys import KeyScope
from polaris.store.read import catalogue

router = APIRouter(tags=["add-ons"])

Reads = Annotated[Call, Depends(may(KeyScope.READ, "add_on"))]
Writes = Annotated[Call, Depends(may(KeyScope.WRITE, "add_on"))]


class AddOnAsked(BaseModel):
    """A requested add-on; an update has only the fields that change."""

    name: Text | None = None
    invoice_display_name: Text | None = None
    code: Text | None = None
    amount_cents: MaybeWhole = None
    amount_currency: Text | None = None
    description: Text | None = None
    tax_codes: list[Text] | None = None


class AddOnBody(BaseModel):
    """An add-on under its root key."""

    add_on: AddOnAsked


@router.post("/add_ons")
async def create(call: Writes, body: AddOnBody) -> Response:
    """Create an add-on; its code must be unused."""
    require_fields(body.add_on, "name", "code", "amount_cents", "amount_currency")
    return await save_add_on(call, save_command(call.new_id(), body.add_on))


@router.get("/add_ons")
async def find_all(call: Reads, paged: Paged) -> Response:
    """List the add-ons, the newest first."""
    page = await call.read(catalogue.catalogue_items, paged.per_page, paged.offset)
    return reply("add_ons", await with_taxes(call, page.rows), meta=paged.meta(page.total))


@router.get("/add_ons/{code:path}")
async def find(call: Reads, code: str) -> Response:
    """Show an add-on."""
    return await answer_add_on(call, await find_add_on(call, code))


@router.put("/add_ons/{code:path}")
async def update(call: Writes, code: str, body: AddOnBody) -> Response:
    """Change the given fields of an add-on; existing invoices keep the old name and price."""
    row = await find_add_on(call, code)
    return await save_add_on(call, save_command(row.id, body.add_on))


@router.delete("/add_ons/{code:path}")
async def destroy(call: Writes, code: str) -> Response:
    """Delete an add-on; the answer shows it one last time."""
    row = await find_add_on(call, code)
    await call.perform(DeleteCatalogueItem(catalogue_item_id=row.id))
    return await answer_add_on(call, row)


def save_command(add_on_id: str, asked: AddOnAsked) -> SaveCatalogueItem:
    """Return the command that saves the given fields."""
    return SaveCatalogueItem(
        catalogue_item_id=add_on_id,
        code=or_unset(asked.code),
        name=or_unset(asked.name),
        amount_minor=or_unset(asked.amount_cents),
        currency=or_unset(asked.amount_currency),
        invoice_display_name=text_change(asked, "invoice_display_name"),
        description=text_change(asked, "description"),
        tax_codes=UNSET if asked.tax_codes is None else tuple(asked.tax_codes),
    )


async def find_add_on(call: Call, code: str) -> CatalogueItem:
    """Load the add-on with this code. Raises LagoError 404."""
    view = await call.view(Scope(codes_of_items={code}))
    for row in view.of(CatalogueItem, "code", code):
        if row.deleted_at is None:
            return row
    raise not_found("add_on")


async def save_add_on(call: Call, command: SaveCatalogueItem) -> Response:
    """Perform the command, and answer with the saved add-on."""
    view = await call.perform_and_show(command)
    return await answer_add_on(call, view.the(CatalogueItem, command.catalogue_item_id))


async def answer_add_on(call: Call, row: CatalogueItem) -> Response:
    """Answer with the add-on."""
    (one,) = await with_taxes(call, [row])
    return reply("add_on", one)


async def with_taxes(call: Call, rows: Iterable[CatalogueItem]) -> list[dict[str, object]]:
    """Return the add-ons in Lago's JSON, with their taxes."""
    rows = list(rows)
    view = await call.view(Scope(codes_of_taxes={code for row in rows for code in row.tax_codes}))
    return [shown.add_on(view, row) for row in rows]
