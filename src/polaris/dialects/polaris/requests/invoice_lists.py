"""Lists of invoices: by status, text, customer and currency, in any order, page by page."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import psycopg
from fastapi import APIRouter, Query, Response

from polaris.core.commands.text import ID, UNSTORABLE
from polaris.dialects.polaris.errors import AdminError
from polaris.dialects.polaris.requests.call import LONGEST_PAGE, Call, InvoiceReads
from polaris.dialects.polaris.responses import invoices as shown
from polaris.dialects.polaris.responses import outcomes
from polaris.engine import now
from polaris.store.read.invoice_search import Order, Search, Tab, search, sums
from polaris.store.read.keyset import From, Window

router = APIRouter(tags=["invoices"])

Status = Annotated[Tab, Query(description="`finalized` includes pending, overdue and paid ones.")]
Text = Annotated[str | None, Query(description="Part of a number, or of the customer.")]
CustomerId = Annotated[str | None, Query(description="The id of the customer.")]
Currency = Annotated[str | None, Query(description="ISO 4217.")]
Size = Annotated[int, Query(description="Invoices of a page.", ge=1, le=LONGEST_PAGE)]
After = Annotated[str | None, Query(description="`next` of the page before.")]


@router.get("/invoices")
async def invoices(
    call: InvoiceReads,
    status: Status = Tab.ALL,
    text: Text = None,
    customer_id: CustomerId = None,
    currency: Currency = None,
    order: Order = Order.ISSUE_DATE,
    ascending: bool = False,
    per_page: Size = 50,
    after: After = None,
) -> Response:
    """List invoices with their statuses. `sums` counts them by status, without that filter."""
    for name, value in (("text", text), ("currency", currency)):
        if UNSTORABLE.search(value or ""):
            raise AdminError(422, f"The value of `{name}` cannot be read.")
    if customer_id is not None and not ID.fullmatch(customer_id):
        raise AdminError(422, "The value of `customer_id` cannot be read.")
    wanted = Search(
        tab=status,
        text=text or None,
        customer_id=customer_id,
        currency=currency or None,
        order=order,
    )
    window = Window(ascending, after=place_of(after), limit=per_page)
    today = await tenant_day(call)
    try:
        found = await call.read(search, wanted, window, today)
    except psycopg.DataError as wrong:  # the place is of another order
        raise unreadable_place() from wrong
    summed = await call.read(sums, wanted, today)
    return outcomes.answer(
        {
            "invoices": [shown.listed(row) for row in found.rows],
            "next": place_text(found.after),
            "sums": [one._asdict() for one in summed],
        }
    )


async def tenant_day(call: Call) -> date:
    """Return the day in the tenant's time zone."""
    return now().astimezone(ZoneInfo((await call.tenant()).timezone)).date()


def place_text(place: From | None) -> str | None:
    """Return the place from which a page continues, as one word."""
    return urlsafe_b64encode(msgspec.json.encode(place)).decode() if place else None


def place_of(text: str | None) -> From | None:
    """Return the place that `place_text` wrote. Raises AdminError 422."""
    if text is None:
        return None
    try:
        place = msgspec.json.decode(urlsafe_b64decode(text), type=From)
    except (ValueError, msgspec.DecodeError) as wrong:
        raise unreadable_place() from wrong
    if not ID.fullmatch(place.id) or UNSTORABLE.search(place.key):
        raise unreadable_place()
    return place


def unreadable_place() -> AdminError:
    """Return the answer to a place that no page of this order has given."""
    return AdminError(422, "The value of `after` cannot be read. Send `next` of the page before.")
