"""Billing → Customers: the list, and the page of one customer with its tabs."""

from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from polaris.console.access import Visit, page
from polaris.console.list_state import ListState
from polaris.console.pages.customer_detail import PATH, TABS, customer_detail
from polaris.console.pages.customer_tabs import CONTENTS
from polaris.console.rendering import render
from polaris.core.commands.text import ID
from polaris.services.lists import customer_called, list_customers
from polaris.store.read.customers import CustomerOrder, CustomerPage

KEYS: dict[CustomerOrder, type] = {
    CustomerOrder.CREATED: datetime,
    CustomerOrder.NAME: str,
    CustomerOrder.EXTERNAL_ID: str,
    CustomerOrder.OUTSTANDING: int,
}


async def listed(visit: Visit) -> Response:
    """Show the list of customers; a search that names exactly one of them opens it."""
    state = _state(visit)
    order = CustomerOrder(state.order)
    found = await list_customers(visit.caller, state.text("q"), state.window, order)
    if not visit.by_script and (only := _only_match(state, found)):
        return RedirectResponse(f"{PATH}/{only}", 303)
    return render(
        visit, "customers.html", block="list", state=state, found=found, Order=CustomerOrder
    )


def _state(visit: Visit) -> ListState:
    state = ListState(PATH, visit.request.query_params, ("q", "sort", "dir", "after", "before"))
    order = state.choice("sort", CustomerOrder, CustomerOrder.CREATED)
    state.read_page(KEYS[order], order)
    return state


def _only_match(state: ListState, found: CustomerPage) -> str | None:
    """Return the id of the only customer found, if the search is all of its id or e-mail."""
    text = state.field("q").lower()
    if not text or found.total != 1 or len(found.page.rows) != 1:
        return None
    (only,) = found.page.rows
    names = (only.id, only.external_id.lower(), (only.email or "").lower())
    return only.id if text in names else None


async def customer_page(visit: Visit) -> Response:
    """Show one customer, by its id or by its external id."""
    name = visit.request.path_params["customer"]
    if not ID.fullmatch(name):
        customer_id = await customer_called(visit.caller, name)
        if customer_id is None:
            raise HTTPException(404)
        return RedirectResponse(f"{PATH}/{customer_id}", 303)
    detail = await customer_detail(visit, name)
    if detail is None:
        raise HTTPException(404)
    tab = visit.request.query_params.get("show", "")
    tab = tab if tab in TABS else next(iter(TABS))
    content = await CONTENTS[tab](visit, detail)
    here = f"{PATH}/{detail.customer.id}"
    return render(
        visit,
        "customer.html",
        block="customer",
        detail=detail,
        here=here,
        tabs=TABS,
        shown=tab,
        **content,
    )


ROUTES = [page(PATH, listed), page(f"{PATH}/{{customer}}", customer_page)]
