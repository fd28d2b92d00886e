"""The only module that writes decided changes: all of them in one statement."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
import psycopg
from psycopg.types.json import Json

from polaris.core.facts.audit import AuditLine, CommandRecord
from polaris.core.facts.catalogue import CatalogueItem, TaxCode
from polaris.core.facts.credit_note import CreditNote, Funding, NoteLine, NoteTax
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import Event
from polaris.core.facts.invoice import Invoice, Line, Settlement, Tax, WriteOff
from polaris.core.facts.payment import Payment, Refund
from polaris.core.facts.row import Changing, Row
from polaris.core.facts.series import (
    CUSTOMERS,
    INVOICES,
    NOTES,
    DocumentNumber,
    Series,
    SeriesScope,
    SkippedNumber,
)
from polaris.core.facts.task import Task
from polaris.core.facts.tenant import Account, Books, Settings, Tenant
from polaris.core.facts.wallet import Lot, Movement, Wallet
from polaris.core.facts.webhook import WebhookEndpoint
from polaris.core.ledger.posting import Entry, Posting
from polaris.keys import ApiKey, KeyScope
from polaris.store.engine.load import Loaded, ScopeGrew, UnknownTenant, load, lock_and_load, resolve
from polaris.store.sql import QUERIES, Statement, blocks, statement

__all__ = [
    "Conflict",
    "Loaded",
    "ScopeGrew",
    "UnknownTenant",
    "create_api_key",
    "create_tenant",
    "load",
    "lock_and_load",
    "resolve",
    "revoke_api_key",
    "signing_key",
    "write",
]

INSERTS: dict[type[Row], str] = {
    Tenant: "insert_tenant",
    Books: "insert_books",
    Account: "insert_account",
    Series: "insert_series",
    DocumentNumber: "insert_document_number",
    SkippedNumber: "insert_skipped_number",
    CatalogueItem: "insert_catalogue_item",
    TaxCode: "insert_tax_code",
    WebhookEndpoint: "insert_webhook_endpoint",
    Customer: "insert_customer",
    Wallet: "insert_wallet",
    Invoice: "insert_invoice",
    Line: "insert_line",
    Tax: "insert_tax",
    Entry: "insert_entry",
    Payment: "insert_payment",
    Settlement: "insert_settlement",
    WriteOff: "insert_write_off",
    CreditNote: "insert_credit_note",
    NoteLine: "insert_note_line",
    NoteTax: "insert_note_tax",
    Funding: "insert_funding",
    Refund: "insert_refund",
    Lot: "insert_lot",
    Movement: "insert_movement",
    CommandRecord: "insert_command",
    Event: "insert_event",
    Task: "insert_task",
    AuditLine: "insert_audit",
}
UPDATES: dict[type[Row], str] = {
    Tenant: "update_tenant",
    Books: "update_books",
    Series: "update_series",
    CatalogueItem: "update_catalogue_item",
    TaxCode: "update_tax_code",
    WebhookEndpoint: "update_webhook_endpoint",
    Customer: "update_customer",
    Wallet: "update_wallet",
    Invoice: "update_invoice",
    Payment: "update_payment",
    Settlement: "update_settlement",
    WriteOff: "update_write_off",
    CreditNote: "update_credit_note",
    Funding: "update_funding",
    Refund: "update_refund",
    Lot: "update_lot",
    Task: "update_task",
}
POSTINGS = "insert_posting"

_ORDER = {block: at for at, block in enumerate([*INSERTS.values(), *UPDATES.values()])}
"""Rows that others refer to come first: a distributed database checks foreign keys at once."""

_INSERT_API_KEY = statement(QUERIES["insert_api_key"])
_INSERT_SIGNING_KEY = statement(QUERIES["insert_signing_key"])
_SIGNING_KEY = statement(QUERIES["signing_key"])
_REVOKE_API_KEY = statement(blocks("read/api_keys.sql")["revoke_api_key"])
_COUNTED = frozenset(UPDATES.values())
_ENCODER = msgspec.json.Encoder()

# Rows are sent as JSON objects. Structs cost half as much as dictionaries.
_COLUMNS = {
    table: [field for field in table.__struct_fields__ if field != "postings"] for table in INSERTS
}
_NAMED = {
    table: msgspec.defstruct(table.__name__, columns, gc=False)
    for table, columns in _COLUMNS.items()
}
_NAMED_POSTING = msgspec.defstruct(
    Posting.__name__, ["entry_id", "position", *Posting.__struct_fields__], gc=False
)


class Conflict(Exception):
    """Another writer has changed a row since it was loaded. Do not commit."""


def write(connection: psycopg.Connection[Any], tenant_id: str, rows: Iterable[Row]) -> None:
    """Insert the new rows and update the changed ones. The caller commits.

    Raises Conflict; `psycopg.errors.UniqueViolation`, whose `diag.constraint_name` says what
    exists already; and any other psycopg.Error.
    """
    batches = _batches(rows)
    if not batches:
        return
    values = {block: Json(batch, _ENCODER.encode) for block, batch in batches.items()}
    counting = _statement(tuple(batches)).run(connection, {"t": tenant_id, **values})
    if counting.fetchone() != (sum(len(batches[block]) for block in _updates(batches)),):
        raise Conflict


def create_tenant(
    connection: psycopg.Connection[Any],
    tenant_id: str,
    name: str,
    currency: str,
    timezone: str,
    settings: Settings,
    created_at: datetime,
) -> None:
    """Create a tenant with open books and its number series. The caller commits."""
    tenant = Tenant(
        id=tenant_id,
        name=name,
        currency=currency,
        timezone=timezone,
        settings=settings,
        created_at=created_at,
    )
    formats = {INVOICES: settings.invoice_format, NOTES: settings.note_format, CUSTOMERS: "{next}"}
    series = [
        Series(id=name, scope=SeriesScope.TENANT, format=form) for name, form in formats.items()
    ]
    write(connection, tenant_id, [tenant, Books(id=tenant_id), *series])


def create_api_key(
    connection: psycopg.Connection[Any],
    tenant_id: str,
    key_id: str,
    name: str,
    key: ApiKey,
    created_at: datetime,
    scopes: Sequence[KeyScope] = tuple(KeyScope),
) -> bool:
    """Store an API key of a tenant with its scopes. The caller commits.

    Return False if a key has this id already; then nothing is stored.
    """
    values = {"id": key_id, "name": name, "prefix": key.client_id, "hash": key.hash}
    stored = _INSERT_API_KEY.run(
        connection,
        {"t": tenant_id, "scopes": list(scopes), "created_at": created_at, **values},
    )
    return stored.fetchone() is not None


def revoke_api_key(
    connection: psycopg.Connection[Any], tenant_id: str, key_id: str, revoked_at: datetime
) -> bool:
    """Revoke an API key. Return True if it was valid until now. The caller commits."""
    values = {"t": tenant_id, "id": key_id, "revoked_at": revoked_at}
    return _REVOKE_API_KEY.run(connection, values).fetchone() is not None


def signing_key(
    connection: psycopg.Connection[Any], tenant_id: str, kind: str, make: Callable[[], str]
) -> str:
    """Return the tenant's signing key of this kind. Create it with `make` the first time.

    Concurrent callers get the same key. The caller commits.
    """
    values = {"t": tenant_id, "kind": kind}
    stored = _SIGNING_KEY.run(connection, values).fetchone()
    if stored is None:
        _INSERT_SIGNING_KEY.run(connection, {**values, "private_key": make()})
        stored = _SIGNING_KEY.run(connection, values).fetchone()
    if stored is None:
        raise AssertionError("a stored signing key is missing")
    return str(stored[0])


def _batches(rows: Iterable[Row]) -> dict[str, list[msgspec.Struct]]:
    """Group the rows by the SQL block that writes them, as objects with column names."""
    grouped: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        known = isinstance(row, Changing) and row.version
        grouped[(UPDATES if known else INSERTS)[type(row)]].append(row)
    batches = {block: _named(grouped[block]) for block in sorted(grouped, key=_ORDER.__getitem__)}
    if entries := grouped.get(INSERTS[Entry]):
        batches[POSTINGS] = [posting for entry in entries for posting in _postings(entry)]
    return batches


def _named(rows: list[Any]) -> list[msgspec.Struct]:
    named, width = _NAMED[type(rows[0])], len(_COLUMNS[type(rows[0])])
    return [named(*msgspec.structs.astuple(row)[:width]) for row in rows]


def _postings(entry: Entry) -> Iterator[msgspec.Struct]:
    for position, posting in enumerate(entry.postings, 1):
        yield _NAMED_POSTING(entry.id, position, *msgspec.structs.astuple(posting))


@cache
def _statement(blocks: tuple[str, ...]) -> Statement:
    """Return one statement of all these blocks. It returns how many rows were updated."""
    parts = ",\n".join(f"{block} as ({QUERIES[block]})" for block in blocks)
    counts = " + ".join(["0", *(f"(select count(*) from {block})" for block in _updates(blocks))])
    return statement(f"with {parts}\nselect {counts}")


def _updates(blocks: Iterable[str]) -> list[str]:
    return [block for block in blocks if block in _COUNTED]
