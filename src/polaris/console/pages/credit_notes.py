"""Billing → Credit notes: the list with its tabs and filters."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from starlette.responses import RedirectResponse, Response

from polaris.console.access import Visit, page
from polaris.console.list_state import ListState
from polaris.console.rendering import render
from polaris.services.lists import by_currency
from polaris.store.read.keyset import KeysetPage
from polaris.store.read.notes import (
    FoundNote,
    NoteOrder,
    NoteSearch,
    NoteSum,
    NoteTab,
    note_sums,
    notes,
)

PATH = "/billing/credit-notes"
FILTERS = ("q", "currency", "customer", "from", "to")
NAMES = ("status", *FILTERS, "sort", "dir", "after", "before")
KEYS: dict[NoteOrder, type] = {
    NoteOrder.ISSUE_DATE: date,
    NoteOrder.NUMBER: str,
    NoteOrder.TOTAL: int,
    NoteOrder.BALANCE: int,
}


class NoteTabSum(NamedTuple):
    """A tab with the number of its notes, and their sums by currency in minor units."""

    tab: NoteTab
    url: str
    notes: int
    totals: dict[str, int]
    balances: dict[str, int]


async def listed(visit: Visit) -> Response:
    """Show the list of credit notes; a search for all of a number opens that note."""
    state, wanted = _state(visit)
    found, summed = await asyncio.gather(
        visit.caller.read(notes, wanted, state.window), visit.caller.read(note_sums, wanted)
    )
    if not visit.by_script and (only := _only_match(state, found)):
        return RedirectResponse(f"{PATH}/{only}", 303)
    return render(
        visit,
        "credit_notes.html",
        block="list",
        state=state,
        wanted=wanted,
        found=found,
        tabs=note_tabs(state, by_currency(summed, visit.tenant.currency)),
        filtered=state.filtered_by(*FILTERS) or wanted.tab is not NoteTab.ALL,
        Order=NoteOrder,
    )


def _state(visit: Visit) -> tuple[ListState, NoteSearch]:
    state = ListState(PATH, visit.request.query_params, NAMES)
    wanted = NoteSearch(
        tab=state.choice("status", NoteTab, NoteTab.ALL),
        text=state.text("q"),
        customer_id=state.id("customer"),
        currency=state.text("currency"),
        issued_from=state.day("from"),
        issued_to=state.day("to"),
        order=state.choice("sort", NoteOrder, NoteOrder.ISSUE_DATE),
    )
    state.read_page(KEYS[wanted.order], wanted.order)
    return state, wanted


def _only_match(state: ListState, found: KeysetPage[FoundNote]) -> str | None:
    """Return the id of the only note found, if the search is all of its number or id."""
    text = state.field("q").lower()
    if not text or state.continued or len(found.rows) != 1:
        return None
    (only,) = found.rows
    return only.id if text in (only.number.lower(), only.id) else None


def note_tabs(state: ListState, summed: Iterable[NoteSum]) -> list[NoteTabSum]:
    """Return the tabs with their counts and sums; `all` has the notes of every status."""
    by_tab: dict[NoteTab, list[NoteSum]] = defaultdict(list)
    for row in summed:
        by_tab[row.tab].append(row)
        if row.tab is not NoteTab.REFUND_OWED:
            by_tab[NoteTab.ALL].append(row)
    return [_tab_sum(state, tab, by_tab[tab]) for tab in NoteTab]


def _tab_sum(state: ListState, tab: NoteTab, rows: list[NoteSum]) -> NoteTabSum:
    totals: dict[str, int] = defaultdict(int)
    balances: dict[str, int] = defaultdict(int)
    for row in rows:
        totals[row.currency] += row.total_minor
        balances[row.currency] += row.balance_minor
    status = None if tab is NoteTab.ALL else tab.value
    url = state.url(status=status, after=None, before=None)
    return NoteTabSum(tab, url, sum(row.notes for row in rows), dict(totals), dict(balances))


ROUTES = [page(PATH, listed)]
