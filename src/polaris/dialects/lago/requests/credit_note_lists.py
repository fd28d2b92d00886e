"""Lists of credit notes: all, or those of one customer, with all of Lago's filters."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from polaris.api.paging import repeated_values
from polaris.core.facts.credit_note import CreditNote
from polaris.core.scope import Scope
from polaris.dialects.lago.requests.call import Call, check_issuer, may, reply
from polaris.dialects.lago.requests.coercion import Cents, Day, Flag, Paged, Paging
from polaris.dialects.lago.responses import credit_notes as shown
from polaris.keys import KeyScope
from polaris.store.read import lists

router = APIRouter(tags=["credit notes"])

Reads = Annotated[Call, Depends(may(KeyScope.READ, "credit_note"))]

WORDS = {
    "credit_status": frozenset({"available", "consumed", "voided"}),
    "refund_status": frozenset(shown.REFUND_STATUSES),
    "reason": shown.REASONS,
    "types": frozenset({"credit", "refund", "offset"}),
}
"""Filters that take several words, with their known words; unknown words are ignored."""


class Filters(BaseModel):
    """The filters of credit notes. `credit_status`, `refund_status`, `reason`, `types` and
    `billing_entity_codes` may be given in addition."""

    external_customer_id: str | None = None
    search_term: str | None = None
    amount_from: Cents = None
    amount_to: Cents = None
    currency: str | None = None
    invoice_number: str | None = None
    purchase_order_number: str | None = None
    issuing_date_from: Day = None
    issuing_date_to: Day = None
    self_billed: Flag = None


Filtered = Annotated[Filters, Query()]


@router.get("/credit_notes")
async def find_all(call: Reads, request: Request, filters: Filtered, paged: Paged) -> Response:
    """List the credit notes that match the filters, the newest first."""
    return await listed(call, request, filters, paged, filters.external_customer_id or None)


@router.get("/customers/{external_id:path}/credit_notes")
async def find_all_of_customer(
    call: Reads, external_id: str, request: Request, filters: Filtered, paged: Paged
) -> Response:
    """List one customer's credit notes that match the filters, the newest first."""
    await call.customer(external_id)
    return await listed(call, request, filters, paged, external_id)


async def listed(
    call: Call, request: Request, filters: Filters, paged: Paging, customer: str | None
) -> Response:
    """Answer with one page of credit notes, with all their fields."""
    check_issuer(await call.tenant(), *repeated_values(request, "billing_entity_codes"))
    asked = store_filters(request, filters, customer)
    page = await call.read(lists.page, lists.CREDIT_NOTES, asked, paged.per_page, paged.offset)
    view = await call.view(Scope(notes=set(page.ids), booked=False))
    rows = [shown.credit_note(view, view.the(CreditNote, row_id)) for row_id in page.ids]
    return reply("credit_notes", rows, meta=paged.meta(page.total))


def store_filters(request: Request, filters: Filters, customer: str | None) -> dict[str, object]:
    """Return the filters by the store's names."""
    words = {
        name: [word for word in repeated_values(request, name) if word in known] or None
        for name, known in WORDS.items()
    }
    searched = filters.search_term.strip() if filters.search_term else None
    return {
        **words,
        "external_customer_id": customer,
        "search_of_customer" if customer else "search_term": searched or None,
        "amount_from": filters.amount_from,
        "amount_to": filters.amount_to,
        "currency": filters.currency or None,
        "invoice_number": filters.invoice_number or None,
        "purchase_order_number": filters.purchase_order_number or None,
        "issued_from": filters.issuing_date_from,
        "issued_to": filters.issuing_date_to,
        "self_billed": filters.self_billed,
    }
