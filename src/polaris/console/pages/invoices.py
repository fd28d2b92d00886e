"""Billing → Invoices: the list with its filters, and the panel of one invoice."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from polaris.console.access import Visit, action, page
from polaris.console.columns import COLUMNS, choose_columns, chosen_columns
from polaris.console.delivery_list import InvoiceDeliveries, deliveries_of_invoice
from polaris.console.invoice_list import FILTERS, invoice_list
from polaris.console.list_state import ListState
from polaris.console.pages.saved_views import (
    beside_list,
    default_url,
    usable_views,
    with_view_named,
)
from polaris.console.receipt import Receipt, receipt_of
from polaris.console.rendering import render
from polaris.core.commands.text import ID
from polaris.core.refusals import NotFound
from polaris.engine import now
from polaris.operators.roles import Role
from polaris.services.invoice_detail import InvoiceDetail
from polaris.services.invoice_detail import detail as invoice_detail
from polaris.services.lists import by_currency
from polaris.store.read.invoice_search import Order, Search, Sum, Tab, search, sums
from polaris.store.read.invoices import invoices_numbered
from polaris.store.read.keyset import Window

SEARCH_FORM = "invoice-search"
"""The id of the form; the page's script sends it when the form was submitted."""

POLLING_ENDS = 286
"""The status with which htmx stops asking again."""

TABS = {
    "overview": "Overview",
    "payments": "Payments and credit",
    "ledger": "Ledger",
    "timeline": "Timeline",
    "webhooks": "Webhooks",
}
"""The tabs of the panel: their names in the URL, and on the screen."""

IN_TAB = {
    Tab.ALL: ("draft", "pending", "failed", "overdue", "paid", "voided"),
    Tab.DRAFT: ("draft",),
    Tab.FINALIZED: ("pending", "failed", "overdue", "paid"),
    Tab.PENDING: ("pending", "failed"),
    Tab.OVERDUE: ("overdue",),
    Tab.PAID: ("paid",),
    Tab.VOIDED: ("voided",),
}
"""The statuses whose counts and sums belong to each tab."""


class TabSum(NamedTuple):
    """A tab with the number of its invoices, and their totals by currency in minor units."""

    tab: Tab
    url: str
    invoices: int
    totals: dict[str, int]
    outstanding: dict[str, int]


async def listed(visit: Visit) -> Response:
    """Show the list, and the invoice that is open beside it."""
    views, columns = await asyncio.gather(usable_views(visit), chosen_columns(visit))
    if target := default_url(visit, views):
        return RedirectResponse(target, 303)
    state, wanted = _state(visit)
    state = with_view_named(state, views)
    if only := await _only_match(visit, state):
        return _sent_to(visit, state.url(open=only))
    part = visit.request.headers.get("hx-target")
    if visit.by_script and part == "panel" and state.open:
        return await _panel(visit, state, state.open)
    found, summed = await asyncio.gather(
        visit.caller.read(search, wanted, state.window, now()),
        visit.caller.read(sums, wanted, now()),
    )
    open_detail = await _open_invoice(visit, state.open)
    shown = _tab_shown(state.params.get("show"))
    return render(
        visit,
        "invoices.html",
        block="list",
        headers={"hx-push-url": state.url()},  # without the fields that were left empty
        state=state,
        wanted=wanted,
        found=found,
        tabs=tabs(state, by_currency(summed, visit.tenant.currency)),
        filtered=state.filtered_by(*FILTERS) or wanted.tab is not Tab.ALL,
        views=beside_list(state, views),
        columns=columns,
        all_columns=COLUMNS,
        Order=Order,
        detail=open_detail,
        receipt=await _receipt_named(visit, state, open_detail),
        shown=shown,
        tab=await _tab_content(visit, state.open, shown) if open_detail else None,
        panel_tabs=TABS,
        whole=False,
    )


async def columns_chosen(visit: Visit) -> Response:
    """Store the columns that the operator ticked, and show the list as it was."""
    names = [str(name) for name in visit.form.getlist("column")]
    await choose_columns(visit, names)
    return RedirectResponse(visit.back, 303)


def _state(visit: Visit) -> tuple[ListState, Search]:
    return invoice_list(visit.request.query_params, visit.tenant.currency, visit.locale)


async def _panel(visit: Visit, state: ListState, invoice_id: str) -> Response:
    return await _invoice(visit, state, await found_invoice(visit, invoice_id), whole=False)


async def _receipt_named(
    visit: Visit, state: ListState, detail: InvoiceDetail | None
) -> Receipt | None:
    """Return the receipt that the URL names, if it is one of the open invoice."""
    return await receipt_of(visit, detail, state.text("receipt")) if detail else None


async def _invoice(visit: Visit, state: ListState, detail: InvoiceDetail, whole: bool) -> Response:
    """Return the panel of an invoice; or a page of its own, if it is shown `whole`."""
    shown = _tab_shown(visit.request.query_params.get("show"))
    return render(
        visit,
        "invoice.html",
        block="panel",
        state=state,
        detail=detail,
        receipt=await _receipt_named(visit, state, detail),
        shown=shown,
        tab=await _tab_content(visit, detail.invoice.id, shown),
        panel_tabs=TABS,
        whole=whole,
    )


async def show_invoice(visit: Visit) -> Response:
    """Show one invoice as a page of its own, by its id or by its number."""
    name = visit.request.path_params["invoice"]
    if not ID.fullmatch(name):
        ids = await visit.caller.read(invoices_numbered, name)
        if not ids:
            raise HTTPException(404)
        return RedirectResponse(f"/billing/invoices/{ids[0]}", 303)
    detail = await found_invoice(visit, name)
    state, _ = _state(visit)
    return await _invoice(visit, state, detail, whole=True)


async def _tab_content(
    visit: Visit, invoice_id: str | None, shown: str
) -> InvoiceDeliveries | None:
    """Return what only one tab shows, and the invoice itself does not contain."""
    if invoice_id and shown == "webhooks":
        return await deliveries_of_invoice(visit, invoice_id)
    return None


async def found_invoice(visit: Visit, invoice_id: str) -> InvoiceDetail:
    """Return an invoice of the tenant. Raises HTTPException 404."""
    try:
        return await invoice_detail(visit.caller, invoice_id)
    except NotFound as missing:
        raise HTTPException(404) from missing


async def _open_invoice(visit: Visit, invoice_id: str | None) -> InvoiceDetail | None:
    """Return the invoice that is open, or None if there is none or none with this id."""
    try:
        return await invoice_detail(visit.caller, invoice_id) if invoice_id else None
    except NotFound:
        return None


async def receipt_shown(visit: Visit) -> Response:
    """Show a receipt again, with the state that its refunds have now."""
    detail = await found_invoice(visit, visit.request.path_params["invoice"])
    receipt = await receipt_of(visit, detail, visit.request.path_params["request"])
    if receipt is None:
        raise HTTPException(404)
    return render(
        visit,
        "receipt.html",
        block="receipt",
        status=200 if receipt.waits else POLLING_ENDS,
        state=_state_behind(visit),
        detail=detail,
        receipt=receipt,
    )


def _state_behind(visit: Visit) -> ListState:
    """Return the state of the list that the browser shows while its script asks for a part."""
    query = dict(parse_qsl(visit.back.partition("?")[2]))
    return invoice_list(query, visit.tenant.currency, visit.locale)[0]


def _tab_shown(name: str | None) -> str:
    return name if name in TABS else next(iter(TABS))


def _sent_to(visit: Visit, url: str) -> Response:
    """Send the browser to another page, also if the page's script asked."""
    if visit.by_script:
        return Response(status_code=204, headers={"hx-redirect": url})
    return RedirectResponse(url, 303)


async def _only_match(visit: Visit, state: ListState) -> str | None:
    """Return the id of the only invoice with exactly the text that was searched, or None."""
    text = state.text("q")
    by_link = visit.by_script and visit.request.headers.get("hx-trigger") != SEARCH_FORM
    if not text or state.open or "after" in state or by_link:
        return None
    exactly = Search(exactly=text)
    found = await visit.caller.read(search, exactly, Window(limit=2), now())
    return found.rows[0].id if len(found.rows) == 1 else None


def tabs(state: ListState, summed: Iterable[Sum]) -> list[TabSum]:
    """Return the tabs with their counts and sums. The currencies stay in the order of the rows."""
    rows = list(summed)
    return [
        _tab_sum(state, tab, [row for row in rows if row.status in inside])
        for tab, inside in IN_TAB.items()
    ]


def _tab_sum(state: ListState, tab: Tab, rows: list[Sum]) -> TabSum:
    totals: dict[str, int] = defaultdict(int)
    outstanding: dict[str, int] = defaultdict(int)
    for row in rows:
        totals[row.currency] += row.total_minor
        outstanding[row.currency] += row.outstanding_minor
    status = None if tab is Tab.ALL else tab.value
    url = state.url(status=status, after=None, before=None, open=None, show=None, receipt=None)
    return TabSum(tab, url, sum(row.invoices for row in rows), dict(totals), dict(outstanding))


ROUTES = [
    page("/billing/invoices", listed),
    action("/billing/invoices/columns", columns_chosen, Role.VIEWER),
    page("/billing/invoices/{invoice}", show_invoice),
    page("/billing/invoices/{invoice}/receipt/{request}", receipt_shown),
]
