"""Search invoices: by status, text, customer, date and amount, in any order, page by page."""

from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

import msgspec

from polaris.store.read.conditions import narrowed
from polaris.store.read.keyset import LONGEST_PAGE, From
from polaris.store.read.rows import Connection
from polaris.store.sql import Statement, blocks, statement

BLOCKS = blocks("read/invoice_search.sql")


class Tab(StrEnum):
    """A status to filter by. `finalized` includes pending, overdue and paid invoices."""

    ALL = "all"
    DRAFT = "draft"
    FINALIZED = "finalized"
    PENDING = "pending"
    OVERDUE = "overdue"
    PAID = "paid"
    VOIDED = "voided"


class Order(StrEnum):
    """What a list of invoices is ordered by. Invoices with the same value are ordered by id."""

    ISSUE_DATE = "issue_date"
    DUE_DATE = "due_date"
    CREATED = "created"
    NUMBER = "number"
    CUSTOMER = "customer"
    TOTAL = "total"
    OUTSTANDING = "outstanding"


TABS = {
    Tab.DRAFT: "search_tab_draft",
    Tab.FINALIZED: "search_tab_finalized",
    Tab.PENDING: "search_tab_pending",
    Tab.OVERDUE: "search_tab_overdue",
    Tab.PAID: "search_tab_paid",
    Tab.VOIDED: "search_tab_voided",
}
"""The condition of each tab."""

FILTERS = {
    "text": "search_text",
    "exactly": "search_exactly",
    "customer_id": "search_customer_id",
    "currency": "search_currency",
    "issued_from": "search_issued_from",
    "issued_to": "search_issued_to",
    "due_from": "search_due_from",
    "due_to": "search_due_to",
    "total_from_minor": "search_total_from_minor",
    "total_to_minor": "search_total_to_minor",
}
"""The condition of each filter, by the field of `Search`."""

ORDERS = {
    Order.ISSUE_DATE: ("search_by_issue_date", "date"),
    Order.DUE_DATE: ("search_by_due_date", "date"),
    Order.CREATED: ("search_by_created", "timestamptz"),
    Order.NUMBER: ("search_by_number", "text"),
    Order.CUSTOMER: ("search_by_customer", "text"),
    Order.TOTAL: ("search_by_total", "bigint"),
    Order.OUTSTANDING: ("search_by_outstanding", "bigint"),
}
"""The ids in each order, and the SQL type of the value that they are ordered by."""


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What to search for. A filter that is None does not apply. Amounts are minor units."""

    tab: Tab = Tab.ALL
    text: str | None = None  # part of a number or of a customer's name, id or e-mail
    exactly: str | None = None  # all of a number, an id or an e-mail
    customer_id: str | None = None
    currency: str | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    total_from_minor: int | None = None
    total_to_minor: int | None = None
    order: Order = Order.ISSUE_DATE
    ascending: bool = False
    after: From | None = None  # the last row of the page before
    before: From | None = None  # the first row of the page after


class FoundInvoice(NamedTuple):
    """An invoice, as a list shows it. Amounts are minor units."""

    id: str
    number: str | None
    status: str
    payment_status: str | None  # None unless it is finalized
    payment_overdue: bool
    customer_id: str
    customer_external_id: str
    customer_name: str
    customer_email: str | None
    currency: str
    total_minor: int
    outstanding_minor: int
    issue_date: date | None
    due_date: date | None
    created_at: datetime


class Found(NamedTuple):
    """One page of invoices, and where the pages before and after it continue from."""

    invoices: list[FoundInvoice]
    before: From | None  # None on the first page
    after: From | None  # None on the last page


class Sum(NamedTuple):
    """How many invoices have a status and a currency, and their sums in minor units."""

    status: str
    currency: str
    invoices: int
    total_minor: int
    outstanding_minor: int


def search(
    connection: Connection, tenant_id: str, wanted: Search, today: date, limit: int = 50
) -> Found:
    """Return one page of at most `limit` invoices. `today` is the tenant's day."""
    backwards = wanted.before is not None
    start = wanted.before or wanted.after
    limit = min(limit, LONGEST_PAGE)
    values = {
        **_values(tenant_id, wanted, today),
        "limit": limit + 1,  # one more, to see whether there is another page
        "from_key": start.key if start else None,
        "from_id": start.id if start else None,
    }
    descending = wanted.ascending is backwards
    made = _page(wanted.order, descending, start is not None, _conditions(wanted))
    places = [From(key, row_id) for row_id, key in made.run(connection, values)]
    more, places = len(places) > limit, places[:limit]
    if backwards:
        places.reverse()
    earlier, later = (more, True) if backwards else (start is not None, more)
    return Found(
        _invoices(connection, tenant_id, [place.id for place in places], today),
        places[0] if places and earlier else None,
        places[-1] if places and later else None,
    )


def _invoices(
    connection: Connection, tenant_id: str, ids: list[str], today: date
) -> list[FoundInvoice]:
    """Return the invoices with these ids, in the same order."""
    values = {"t": tenant_id, "ids": ids, "today": today}
    found = {row[0]: row for row in statement(BLOCKS["search_found"]).run(connection, values)}
    return [FoundInvoice(*found[row_id]) for row_id in ids]


def sums(connection: Connection, tenant_id: str, wanted: Search, today: date) -> list[Sum]:
    """Return counts and sums by status and currency, of all tabs, under the other filters."""
    conditions = _conditions(msgspec.structs.replace(wanted, tab=Tab.ALL))
    made = _filtered("search_summed", conditions)
    values = _values(tenant_id, wanted, today)
    return [Sum(*row) for row in made.run(connection, values)]


def _values(tenant_id: str, wanted: Search, today: date) -> dict[str, Any]:
    return {"t": tenant_id, "today": today, **{name: getattr(wanted, name) for name in FILTERS}}


def _conditions(wanted: Search) -> tuple[str, ...]:
    tab = () if wanted.tab is Tab.ALL else (TABS[wanted.tab],)
    given = (block for name, block in FILTERS.items() if getattr(wanted, name) is not None)
    return ("search_shown", *tab, *given)


@cache
def _page(
    order: Order, descending: bool, continued: bool, conditions: tuple[str, ...]
) -> Statement:
    """Return the statement of a page in this order, from a row if it is `continued`."""
    name, key_type = ORDERS[order]
    block = BLOCKS[name]
    key = block.removeprefix("select i.id::text, ").partition(" as key")[0]
    sign, direction = ("<", "desc") if descending else (">", "asc")
    from_row = f"({key}, i.id) {sign} (%(from_key)s::{key_type}, %(from_id)s::uuid)"
    page = f"""{block.replace(f"{key} as key", f"({key})::text")}
      {f"and {from_row}" if continued else ""}
      order by {key} {direction}, i.id {direction} limit %(limit)s"""
    return statement(narrowed(page, BLOCKS, conditions))


@cache
def _filtered(block: str, conditions: tuple[str, ...]) -> Statement:
    return statement(narrowed(BLOCKS[block], BLOCKS, conditions))
