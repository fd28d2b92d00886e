"""Search invoices: by status, text, customer, date and amount, in any order, page by page."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from polaris.store.read.keyset import (
    KeysetList,
    KeysetPage,
    Window,
    ids_of,
    keyset_page,
    rows_of,
    with_conditions,
)
from polaris.store.read.local_days import local_days, with_due_passed
from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks

BLOCKS = {name: with_due_passed(text) for name, text in blocks("read/invoice_search.sql").items()}


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
    Order.ISSUE_DATE: "search_by_issue_date",
    Order.DUE_DATE: "search_by_due_date",
    Order.CREATED: "search_by_created",
    Order.NUMBER: "search_by_number",
    Order.CUSTOMER: "search_by_customer",
    Order.TOTAL: "search_by_total",
    Order.OUTSTANDING: "search_by_outstanding",
}


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


class FoundInvoice(NamedTuple):
    """An invoice, as a list shows it. Amounts are minor units."""

    id: str
    number: str | None
    status: str
    payment_status: str  # see projections.payment_status
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


class Sum(NamedTuple):
    """How many invoices have a status and a currency, and their sums in minor units."""

    status: str
    currency: str
    invoices: int
    total_minor: int
    outstanding_minor: int


def search(
    connection: Connection, tenant_id: str, wanted: Search, window: Window, at: datetime
) -> KeysetPage[FoundInvoice]:
    """Return one page of invoices. At this time (UTC) they may be overdue, by the buyer's day."""
    by_customer = wanted.order is Order.CUSTOMER
    ids = BLOCKS["search_ids_with_customers" if by_customer else "search_ids"]
    listed = KeysetList(ids, BLOCKS[ORDERS[wanted.order]], _conditions(wanted))
    page = keyset_page(connection, listed, _values(tenant_id, wanted, at), window)
    values = {"t": tenant_id, "ids": ids_of(page), **local_days(at)}
    found = tuples_found(connection, BLOCKS["search_found"], values)
    return rows_of(page, (FoundInvoice(*row) for row in found))


def sums(connection: Connection, tenant_id: str, wanted: Search, at: datetime) -> list[Sum]:
    """Return counts and sums by status and currency, of all tabs, under the other filters.

    At this time (UTC) an invoice may be overdue, by the buyer's day.
    """
    conditions = _conditions(msgspec.structs.replace(wanted, tab=Tab.ALL))
    summed = with_conditions(BLOCKS["search_summed"], conditions)
    rows = tuples_found(connection, summed, _values(tenant_id, wanted, at))
    return [Sum(*row) for row in rows]


def _values(tenant_id: str, wanted: Search, at: datetime) -> dict[str, Any]:
    filters = {name: getattr(wanted, name) for name in FILTERS}
    return {"t": tenant_id, **local_days(at), **filters}


def _conditions(wanted: Search) -> tuple[str, ...]:
    tab = () if wanted.tab is Tab.ALL else (TABS[wanted.tab],)
    given = (block for name, block in FILTERS.items() if getattr(wanted, name) is not None)
    return tuple(BLOCKS[name] for name in ("search_shown", *tab, *given))
