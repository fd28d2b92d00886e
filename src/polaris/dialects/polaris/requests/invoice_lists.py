"""Lists of invoices: by status, text, customer and currency, in any order, page by page."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from polaris.core.commands.text import ID
from polaris.dialects.polaris.errors import AdminError
from polaris.dialects.polaris.requests.call import InvoiceReads
from polaris.dialects.polaris.requests.windows import Windowed, place_text, readable_place, storable
from polaris.dialects.polaris.responses import invoices as shown
from polaris.dialects.polaris.responses import outcomes
from polaris.engine import now
from polaris.services.lists import by_currency
from polaris.store.read.invoice_search import Order, Search, Tab, search, sums

router = APIRouter(tags=["invoices"])

Status = Annotated[Tab, Query(description="`finalized` includes pending, overdue and paid ones.")]
Text = Annotated[str | None, Query(description="Part of a number, or of the customer.")]
CustomerId = Annotated[str | None, Query(description="The id of the customer.")]
Currency = Annotated[str | None, Query(description="ISO 4217.")]


@router.get("/invoices")
async def invoices(
    call: InvoiceReads,
    window: Windowed,
    status: Status = Tab.ALL,
    text: Text = None,
    customer_id: CustomerId = None,
    currency: Currency = None,
    order: Order = Order.ISSUE_DATE,
    ascending: bool = False,
) -> Response:
    """List invoices with their statuses. `sums` counts them by status, without that filter."""
    if customer_id is not None and not ID.fullmatch(customer_id):
        raise AdminError(422, "The value of `customer_id` cannot be read.")
    wanted = Search(
        tab=status,
        text=storable("text", text),
        customer_id=customer_id,
        currency=storable("currency", currency),
        order=order,
    )
    at = now()
    with readable_place():
        found = await call.read(search, wanted, window._replace(ascending=ascending), at)
    summed = by_currency(await call.read(sums, wanted, at), (await call.tenant()).currency)
    return outcomes.answer(
        {
            "invoices": [shown.listed(row) for row in found.rows],
            "next": place_text(found.after),
            "sums": [one._asdict() for one in summed],
        }
    )
