"""The journal of the ledger, and the statement of a single account."""

from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

import msgspec

from polaris.core.ledger.posting import EntryKind
from polaris.store.read.conditions import narrowed
from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import Statement, blocks, statement

BLOCKS = blocks("read/journal.sql")
NOTHING = "00000000-0000-0000-0000-000000000000"


class EntryPlace(NamedTuple):
    """An entry from which a page continues."""

    day: date
    id: str


class JournalSearch(msgspec.Struct, frozen=True, kw_only=True):
    """What to search for. A filter that is None does not apply."""

    account: str | None = None
    kind: EntryKind | None = None
    first_day: date | None = None
    last_day: date | None = None
    invoice: str | None = None  # a number or an id
    invoice_id: str | None = None  # the same, if it is an id
    customer: str | None = None  # an external id, an e-mail or an id
    customer_id: str | None = None  # the same, if it is an id
    entry_id: str | None = None  # this entry and its reversal
    after: EntryPlace | None = None  # the last entry of the page before
    before: EntryPlace | None = None  # the first entry of the page after


CONDITIONS = {
    "account": "journal_account",
    "kind": "journal_kind",
    "first_day": "journal_from",
    "last_day": "journal_to",
    "invoice": "journal_invoice",
    "customer": "journal_customer",
    "entry_id": "journal_entry",
}
"""The SQL block of each filter."""

PAGING = {"after": "journal_after", "before": "journal_before"}
"""The SQL block of each direction in which a page continues."""


class JournalPosting(NamedTuple):
    """A posting, as the journal shows it. The amount is in minor units."""

    debit: str
    credit: str
    amount_minor: int
    currency: str
    customer_id: str
    customer_name: str
    customer_external_id: str
    invoice_id: str | None
    invoice_number: str | None


class JournalEntry(NamedTuple):
    """An entry with its postings, and the request that made it."""

    id: str
    kind: str
    accounting_date: date
    written_at: datetime
    reverses: str | None
    reversed_by: str | None
    command_id: str
    command: str | None  # its name; None if the audit log does not have it
    actor: str | None
    postings: list[JournalPosting]


class JournalPage(NamedTuple):
    """One page of entries, and where the pages before and after it continue from."""

    entries: list[JournalEntry]
    before: EntryPlace | None  # None on the first page
    after: EntryPlace | None  # None on the last page


def journal(
    connection: Connection, tenant_id: str, wanted: JournalSearch, limit: int = 50
) -> JournalPage:
    """Return one page of at most `limit` entries, the newest day first."""
    backwards = wanted.before is not None
    start = wanted.before or wanted.after
    values = msgspec.structs.asdict(wanted) | {
        "t": tenant_id,
        "limit": limit + 1,  # one more, to see whether there is another page
        "place_day": start.day if start else None,
        "place_id": start.id if start else None,
        "invoice_id": wanted.invoice_id or NOTHING,
        "customer_id": wanted.customer_id or NOTHING,
    }
    statement(BLOCKS["plan_for_values"]).run(connection, {})
    rows = _journal_page(_conditions(wanted), backwards).run(connection, values)
    entries = [_entry(*row) for row in rows]
    more, entries = len(entries) > limit, entries[:limit]
    if backwards:
        entries.reverse()
    earlier, later = (more, True) if backwards else (start is not None, more)
    return JournalPage(
        entries,
        _place_of(entries[0]) if entries and earlier else None,
        _place_of(entries[-1]) if entries and later else None,
    )


def _entry(*row: Any) -> JournalEntry:
    *columns, postings = row
    found = msgspec.json.decode(postings or "[]", type=list[JournalPosting])
    return JournalEntry._make((*columns, found))


def _place_of(entry: JournalEntry) -> EntryPlace:
    return EntryPlace(entry.accounting_date, entry.id)


def _conditions(wanted: JournalSearch) -> tuple[str, ...]:
    filters = [block for name, block in CONDITIONS.items() if getattr(wanted, name) is not None]
    paging = [block for way, block in PAGING.items() if getattr(wanted, way) is not None]
    return (*filters, *paging[-1:])


@cache
def _journal_page(conditions: tuple[str, ...], backwards: bool) -> Statement:
    page = BLOCKS["journal_page"]
    if backwards:
        page = page.replace(" desc", " asc")
    return statement(narrowed(page, BLOCKS, conditions))


def accounts_added(connection: Connection, tenant_id: str) -> dict[str, str]:
    """Return the accounts that the tenant added to the chart: the kind of each by its name."""
    return dict(tuples_found(connection, BLOCKS["accounts_added"], {"t": tenant_id}))
