"""Search credit notes: by status, text, customer and date, in any order, page by page."""

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
from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/notes.sql")


class NoteTab(StrEnum):
    """Which credit notes to list."""

    ALL = "all"
    AVAILABLE = "available"  # it has a balance
    USED = "used"  # it has none, or never had one
    VOIDED = "voided"
    REFUND_OWED = "refund_owed"  # a refund of it was requested and is not paid out


class NoteOrder(StrEnum):
    """What a list of credit notes is ordered by. Notes with the same value are ordered by id."""

    ISSUE_DATE = "issue_date"
    NUMBER = "number"
    TOTAL = "total"
    BALANCE = "balance"


TABS = {
    NoteTab.AVAILABLE: "notes_available",
    NoteTab.USED: "notes_used",
    NoteTab.VOIDED: "notes_voided",
    NoteTab.REFUND_OWED: "notes_with_refund_owed",
}
FILTERS = {
    "text": "notes_with_text",
    "customer_id": "notes_of_customer_id",
    "currency": "notes_in_currency",
    "issued_from": "notes_issued_from",
    "issued_to": "notes_issued_to",
}
ORDERS = {
    NoteOrder.ISSUE_DATE: "notes_by_issue_date",
    NoteOrder.NUMBER: "notes_by_number",
    NoteOrder.TOTAL: "notes_by_total",
    NoteOrder.BALANCE: "notes_by_balance",
}


class NoteSearch(msgspec.Struct, frozen=True, kw_only=True):
    """What to search for. A filter that is None does not apply."""

    tab: NoteTab = NoteTab.ALL
    text: str | None = None  # part of a number, or of a customer's name, id or e-mail
    customer_id: str | None = None
    currency: str | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    order: NoteOrder = NoteOrder.ISSUE_DATE


class FoundNote(NamedTuple):
    """A credit note, as a list shows it. Amounts are minor units."""

    id: str
    number: str
    status: str
    reason: str
    customer_id: str
    customer_name: str
    customer_email: str | None
    invoice_id: str | None
    invoice_number: str | None
    currency: str
    total_minor: int
    balance_minor: int
    issue_date: date
    refund_states: list[str]


class NoteSum(NamedTuple):
    """How many notes of a tab have a currency, and their sums in minor units."""

    tab: NoteTab
    currency: str
    notes: int
    total_minor: int
    balance_minor: int


class NoteUse(NamedTuple):
    """An invoice that a note settled or settles. Amounts are minor units."""

    invoice_id: str
    invoice_number: str | None
    kind: str
    amount_minor: int
    held_minor: int
    at: datetime
    removed_at: datetime | None


def notes(
    connection: Connection, tenant_id: str, wanted: NoteSearch, window: Window
) -> KeysetPage[FoundNote]:
    """Return one page of credit notes."""
    tab = (BLOCKS[TABS[wanted.tab]],) if wanted.tab in TABS else ()
    listed = KeysetList(
        BLOCKS["notes_found"], BLOCKS[ORDERS[wanted.order]], (*tab, *_filters(wanted))
    )
    page = keyset_page(connection, listed, _values(tenant_id, wanted), window)
    values = {"t": tenant_id, "ids": ids_of(page)}
    shown = tuples_found(connection, BLOCKS["notes_shown"], values)
    return rows_of(page, (FoundNote(*row) for row in shown))


def note_sums(connection: Connection, tenant_id: str, wanted: NoteSearch) -> list[NoteSum]:
    """Return counts and sums by tab and currency, under the filters other than the tab.

    `all` is the sum of the other tabs without `refund_owed`, and so it is left out.
    """
    values = _values(tenant_id, wanted)
    filters, owed = _filters(wanted), BLOCKS[TABS[NoteTab.REFUND_OWED]]
    by_tab = with_conditions(BLOCKS["notes_summed"], filters)
    of_owed = with_conditions(BLOCKS["notes_summed"], (*filters, owed))
    return [
        *(NoteSum(NoteTab(tab), *row) for tab, *row in tuples_found(connection, by_tab, values)),
        *(
            NoteSum(NoteTab.REFUND_OWED, *row)
            for _, *row in tuples_found(connection, of_owed, values)
        ),
    ]


def note_uses(connection: Connection, tenant_id: str, note_id: str) -> list[NoteUse]:
    """Return the invoices that a note settled, the newest first."""
    values = {"t": tenant_id, "note_id": note_id}
    return [NoteUse(*row) for row in tuples_found(connection, BLOCKS["note_uses"], values)]


def _filters(wanted: NoteSearch) -> tuple[str, ...]:
    return tuple(BLOCKS[name] for field, name in FILTERS.items() if getattr(wanted, field))


def _values(tenant_id: str, wanted: NoteSearch) -> dict[str, Any]:
    return {"t": tenant_id, **{field: getattr(wanted, field) for field in FILTERS}}
