"""The list of invoices, as its URL describes it."""

from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import parse_qsl, urlencode

from babel import Locale

from polaris.console.list_state import ListState
from polaris.store.read.invoice_search import Order, Search, Tab

LIST = "/billing/invoices"
FILTERS = ("q", "currency", "customer", "from", "to", "due_from", "due_to", "min", "max")
NAMES = ("status", *FILTERS, "sort", "dir", "after", "before", "open", "show", "view", "receipt")
"""The parameters of the list. Others are ignored."""

KEYS: dict[Order, type] = {
    Order.ISSUE_DATE: date,
    Order.DUE_DATE: date,
    Order.CREATED: datetime,
    Order.NUMBER: str,
    Order.CUSTOMER: str,
    Order.TOTAL: int,
    Order.OUTSTANDING: int,
}
"""The type of the values in each order."""


def invoice_list(
    query: Mapping[str, str], tenant_currency: str, locale: Locale
) -> tuple[ListState, Search]:
    """Read the list from the parameters of a URL. What cannot be read is left out, and named.

    Amounts are in the currency that the list is filtered by. Without one, a filter by amount is
    also a filter by the tenant's currency, because minor units of several cannot be compared.
    """
    state = ListState(LIST, query, NAMES, locale)
    by_amount = "min" in state or "max" in state
    currency = state.text("currency") or (tenant_currency if by_amount else None)
    search = Search(
        tab=state.choice("status", Tab, Tab.ALL),
        text=state.text("q"),
        customer_id=state.id("customer"),
        currency=currency,
        issued_from=state.day("from"),
        issued_to=state.day("to"),
        due_from=state.day("due_from"),
        due_to=state.day("due_to"),
        total_from_minor=state.amount("min", currency or tenant_currency),
        total_to_minor=state.amount("max", currency or tenant_currency),
        order=state.choice("sort", Order, Order.ISSUE_DATE),
    )
    state.read_page(KEYS[search.order], search.order)
    return state, search


def with_receipt(url: str, invoice_id: str, request_id: str) -> str:
    """Return the URL of a list with an invoice open, and the receipt of a request about it."""
    path, _, query = url.partition("?")
    kept = {name: value for name, value in parse_qsl(query) if name not in ("open", "show")}
    return f"{path}?{urlencode({**kept, 'open': invoice_id, 'receipt': request_id})}"
