"""The list of invoices, with HighLevel's filters, its search and its order."""

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from polaris.core.balances.projections import CollectionStatus
from polaris.core.scope import Scope
from polaris.dialects.highlevel.requests.call import SHORT_ID, Call, may, reply
from polaris.dialects.highlevel.requests.coercion import MaybeDay
from polaris.dialects.highlevel.requests.contacts import find_customer
from polaris.dialects.highlevel.responses.invoices import STATUSES
from polaris.dialects.highlevel.responses.invoices import invoice as shown
from polaris.dialects.highlevel.rules.settings import NAME
from polaris.engine import now
from polaris.keys import KeyScope
from polaris.store.read import lists
from polaris.store.read.id_prefixes import invoice_with_prefix

router = APIRouter(tags=["invoices"])

Reads = Annotated[Call, Depends(may(KeyScope.READ))]

LARGEST_PAGE, LARGEST_OFFSET = 1000, 10**9


class Filters(BaseModel):
    """The location, the page, the filters and the order of a list."""

    altId: str
    altType: str
    limit: int = Field(ge=1, le=LARGEST_PAGE)
    offset: int = Field(ge=0, le=LARGEST_OFFSET)
    status: str | None = None
    startAt: MaybeDay = None
    endAt: MaybeDay = None
    search: str | None = None
    paymentMode: Literal["default", "live", "test"] = "default"
    contactId: str | None = None
    sortField: Literal["issueDate"] = "issueDate"
    sortOrder: Literal["ascend", "descend"] = "descend"

    @property
    def statuses(self) -> list[CollectionStatus] | None:
        """The statuses to list; None for all. An unknown word matches nothing."""
        if not self.status:
            return None
        return [one for one, word in STATUSES.items() if word == self.status]


Filtered = Annotated[Filters, Query()]


@router.get("/")
async def find_all(call: Reads, filters: Filtered) -> Response:
    """List the invoices that match the filters, by default the newest first."""
    call.check_location(filters.altId, filters.altType)
    page = await page_of_ids(call, filters)
    view = await call.view(Scope(invoices=set(page.ids), booked=False))
    rows = [shown(view, view.invoice(row_id)) for row_id in page.ids]
    return reply({"invoices": rows, "total": page.total})


async def page_of_ids(call: Call, filters: Filters) -> lists.IdPage:
    """Return the ids of the page, in the asked order."""
    today = now().astimezone(ZoneInfo((await call.tenant()).timezone)).date()
    asked = await store_filters(call, filters, today)

    async def page(limit: int, offset: int) -> lists.IdPage:
        return await call.read(lists.page, lists.INVOICES, asked, limit, offset, today=today)

    if filters.sortOrder == "descend":
        return await page(filters.limit, filters.offset)
    # The oldest first is the same list read from its end.
    end = (await page(1, 0)).total - filters.offset
    begin = max(end - filters.limit, 0)
    if end <= 0:
        return lists.IdPage([], end + filters.offset)
    ids, total = await page(end - begin, begin)
    return lists.IdPage(ids[::-1], total)


async def store_filters(call: Call, filters: Filters, today: date) -> dict[str, object]:
    """Return the filters by the store's names."""
    live = (await call.tenant()).settings.live_mode
    other_mode = filters.paymentMode != "default" and live is not (filters.paymentMode == "live")
    return {
        "collection_statuses": [] if other_mode else filters.statuses,
        **issued(filters.startAt or date.min, filters.endAt or date.max, today),
        **await searched(call, (filters.search or "").strip()),
        "customer_ids": await customer_ids(call, filters.contactId),
    }


def issued(first: date, last: date, today: date) -> dict[str, object]:
    """Return the filter by issue date; a draft without one is listed as if issued today."""
    if (first, last) == (date.min, date.max):
        return {}
    name = "issued_between_or_not" if first <= today <= last else "issued_between"
    return {name: [first, last]}


async def searched(call: Call, text: str) -> dict[str, object]:
    """Return the filter by a text: an id, or part of a number, a name, an e-mail or a phone."""
    if not text:
        return {}
    row_id = await call.read(invoice_with_prefix, text) if SHORT_ID.fullmatch(text) else None
    return {"invoice_ids": [row_id]} if row_id else {"search_with_name": [text, NAME]}


async def customer_ids(call: Call, contact_id: str | None) -> list[str] | None:
    """Return the customer to filter by, in a list that is empty for an unknown contact."""
    if not contact_id:
        return None
    customer = await find_customer(call, contact_id)
    return [customer.id] if customer else []
