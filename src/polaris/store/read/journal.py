"""The journal of the ledger, and the statement of a single account."""

from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec

from polaris.core.ledger.posting import EntryKind
from polaris.store.read.keyset import KeysetList, KeysetPage, Window, ids_of, keyset_page, rows_of
from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks, statement

BLOCKS = blocks("read/journal.sql")
NOTHING = "00000000-0000-0000-0000-000000000000"


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


def journal(
    connection: Connection, tenant_id: str, wanted: JournalSearch, window: Window
) -> KeysetPage[JournalEntry]:
    """Return one page of entries, in the order of their accounting days."""
    values = msgspec.structs.asdict(wanted) | {
        "t": tenant_id,
        "invoice_id": wanted.invoice_id or NOTHING,
        "customer_id": wanted.customer_id or NOTHING,
    }
    conditions = tuple(
        BLOCKS[block] for name, block in CONDITIONS.items() if getattr(wanted, name) is not None
    )
    listed = KeysetList(BLOCKS["journal_ids"], BLOCKS["journal_by_day"], conditions)
    statement(BLOCKS["plan_for_values"]).run(connection, {})
    page = keyset_page(connection, listed, values, window)
    ids = {"t": tenant_id, "ids": ids_of(page)}
    shown = tuples_found(connection, BLOCKS["journal_shown"], ids)
    return rows_of(page, (_entry(*row) for row in shown))


def _entry(*row: Any) -> JournalEntry:
    *columns, postings = row
    found = msgspec.json.decode(postings or "[]", type=list[JournalPosting])
    return JournalEntry._make((*columns, found))


def accounts_added(connection: Connection, tenant_id: str) -> dict[str, str]:
    """Return the accounts that the tenant added to the chart: the kind of each by its name."""
    return dict(tuples_found(connection, BLOCKS["accounts_added"], {"t": tenant_id}))
