"""Lists of invoices: all, or those of one customer, with all of Lago's filters."""

from collections.abc import Collection
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from polaris.api.paging import repeated_values
from polaris.core.facts.invoice import SettlementKind
from polaris.core.scope import Scope
from polaris.dialects.lago.errors import INVALID, invalid
from polaris.dialects.lago.requests.call import Call, check_issuer, may, reply
from polaris.dialects.lago.requests.coercion import (
    LARGEST,
    Cents,
    Day,
    Flag,
    Paged,
    Paging,
    metadata,
)
from polaris.dialects.lago.responses import invoices as shown
from polaris.engine import now
from polaris.keys import KeyScope
from polaris.store.read import lists

router = APIRouter(tags=["invoices"])

Reads = Annotated[Call, Depends(may(KeyScope.READ, "invoice"))]

STATUSES = frozenset({"draft", "finalized", "voided", "failed", "pending"})
PAYMENT_STATUSES = frozenset({"pending", "succeeded", "failed"})
KINDS = {name: kind for kind, name in shown.TYPES.items()}
SETTLEMENTS = {
    "payment": (SettlementKind.PAYMENT,),
    "credit_note": (SettlementKind.NOTE, SettlementKind.OFFSET),
}


class Filters(BaseModel):
    """The filters of invoices. `status`, `payment_status`, `settlements`,
    `billing_entity_codes` and `metadata[key]` may be given in addition."""

    external_customer_id: str | None = None
    customer_external_id: str | None = None
    currency: str | None = None
    invoice_type: str | None = None
    issuing_date_from: Day = None
    issuing_date_to: Day = None
    amount_from: Cents = None
    amount_to: Cents = None
    payment_overdue: Flag = None
    payment_dispute_lost: Flag = None
    partially_paid: Flag = None
    self_billed: Flag = None
    purchase_order_number: str | None = None
    search_term: str | None = None

    @property
    def customer(self) -> str | None:
        """The customer's external id, from either name of the parameter."""
        return self.external_customer_id or self.customer_external_id or None

    @property
    def kinds(self) -> list[str] | None:
        """The kinds of the requested type; empty, to match nothing, if unknown or self-billed."""
        if self.self_billed:
            return []
        if not self.invoice_type:
            return None
        return [kind for name, kind in KINDS.items() if name == self.invoice_type]

    @property
    def amount_between(self) -> list[int] | None:
        """The smallest and largest amount in minor units, or None without an amount filter."""
        if self.amount_from is None and self.amount_to is None:
            return None
        least = -LARGEST if self.amount_from is None else self.amount_from
        return [least, LARGEST if self.amount_to is None else self.amount_to]

    def issued(self, today: date) -> dict[str, object]:
        """Return the filter by issue date; a draft has none, and is listed as if issued today."""
        if self.issuing_date_from is None and self.issuing_date_to is None:
            return {}
        first, last = self.issuing_date_from or date.min, self.issuing_date_to or date.max
        name = "issued_between_or_not" if first <= today <= last else "issued_between"
        return {name: [first, last]}


Filtered = Annotated[Filters, Query()]


@router.get("/invoices")
async def find_all(call: Reads, request: Request, filters: Filtered, paged: Paged) -> Response:
    """List the invoices that match the filters, the newest first."""
    return await listed(call, request, filters, paged, filters.customer)


@router.get("/customers/{external_id:path}/invoices")
async def find_all_of_customer(
    call: Reads, external_id: str, request: Request, filters: Filtered, paged: Paged
) -> Response:
    """List one customer's invoices that match the filters, the newest first."""
    await call.customer(external_id)
    return await listed(call, request, filters, paged, external_id)


async def listed(
    call: Call, request: Request, filters: Filters, paged: Paging, customer: str | None
) -> Response:
    """Answer with one page of invoices, without their fees."""
    tenant = await call.tenant()
    today = now().astimezone(ZoneInfo(tenant.timezone)).date()
    asked = store_filters(request, filters, customer, today)
    check_issuer(tenant, *repeated_values(request, "billing_entity_codes"))
    page = await call.read(
        lists.page, lists.INVOICES, asked, paged.per_page, paged.offset, today=today
    )
    view = await call.view(Scope(invoices=set(page.ids), booked=False))
    rows = [shown.listed(view, view.invoice(row_id)) for row_id in page.ids]
    return reply("invoices", rows, meta=paged.meta(page.total))


def store_filters(
    request: Request, filters: Filters, customer: str | None, today: date
) -> dict[str, object]:
    """Return the filters by the store's names. Raises LagoError for an unknown word."""
    settlements = words_of(request, SETTLEMENTS, "settlements")
    searched = filters.search_term.strip() if filters.search_term else None
    return {
        "statuses": words_of(request, STATUSES, "status", "statuses"),
        "payment_statuses": words_of(
            request, PAYMENT_STATUSES, "payment_status", "payment_statuses"
        ),
        "payment_overdue": filters.payment_overdue,
        "payment_dispute_lost": filters.payment_dispute_lost,
        "partially_paid": filters.partially_paid,
        "kinds": filters.kinds,
        "currency": filters.currency or None,
        **filters.issued(today),
        "amount_between": filters.amount_between,
        "purchase_order_number": filters.purchase_order_number or None,
        "settlements": settlements and [kind for one in settlements for kind in SETTLEMENTS[one]],
        "external_customer_id": customer,
        "search_of_customer" if customer else "search_term": searched or None,
        **metadata(request),
    }


def words_of(request: Request, known: Collection[str], *names: str) -> list[str] | None:
    """Return the words given under any of the names, or None. Raises LagoError for unknown ones."""
    words = repeated_values(request, *names)
    if not set(words) <= set(known):
        raise invalid(**{names[0]: [INVALID]})
    return words or None
