"""Lock and read all facts for a set of commands, in one round trip."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple, cast

import msgspec
import psycopg
from psycopg.rows import TupleRow

from polaris.core.balances.numbering import Numbers
from polaris.core.commands.text import ID
from polaris.core.decision import Facts
from polaris.core.facts.audit import CommandRecord
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import Event
from polaris.core.facts.row import Row
from polaris.core.facts.series import DocumentNumber
from polaris.core.facts.tenant import Books, Tenant
from polaris.core.scope import Scope
from polaris.store.engine import load_plan
from polaris.store.sql import QUERIES, statement

Connection = psycopg.Connection[Any]

_UUIDS = tuple(
    "customers invoices payments notes refunds write_offs wallets lots lines drafts entries"
    " command_ids catalogue_items tax_codes webhook_endpoints tasks".split()
)
_TEXTS = ("external_ids", "series", "numbers", "keys", "codes_of_items", "codes_of_taxes")
_DECODERS: dict[type[Row], msgspec.json.Decoder[list[Row]]] = {
    table: msgspec.json.Decoder(list[table])  # type: ignore[valid-type]  # a type known by value
    for table in load_plan.LOADED
}
_ENCODER = msgspec.json.Encoder()
_NUMBERS_AHEAD = statement(QUERIES["numbers_ahead"])
_WRITERS = statement(QUERIES["writers"])
_EVENTS = statement("select " + QUERIES["part_event"])


class UnknownTenant(LookupError):
    """The tenant does not exist."""


class ScopeGrew(Exception):
    """During the wait for the locks, other customers became part of the scope. Resolve again."""


class Loaded(NamedTuple):
    """The facts and records that were loaded for a set of commands."""

    facts: Facts
    records: list[CommandRecord]  # of commands that were performed before
    events: list[Event]  # of these commands


class Naming(NamedTuple):
    """The ids that a set names: their kinds choose the statements, and the values fill them."""

    kinds: load_plan.Kinds
    values: dict[str, object]


def naming(
    tenant_id: str, scope: Scope, command_ids: Iterable[str] = (), keys: Iterable[str] = ()
) -> Naming:
    """Return the values of the statements for a scope and its command ids and keys.

    Raises UnknownTenant.
    """
    if not ID.fullmatch(tenant_id):
        raise UnknownTenant(tenant_id)
    named = {**msgspec.structs.asdict(scope), "command_ids": set(command_ids), "keys": set(keys)}
    kinds = frozenset(kind for kind, ids in named.items() if ids) | {"tenant"}
    uuids = {kind: "{" + ",".join(named[kind]) + "}" for kind in _UUIDS}
    texts = {kind: list(named[kind]) for kind in _TEXTS}
    return Naming(kinds, {"t": tenant_id, **uuids, **texts})


def resolve(connection: Connection, tenant_id: str, scope: Scope) -> Scope:
    """Return the scope, extended by the rows that its payments, notes and other rows refer to.

    Raises UnknownTenant, psycopg.Error.
    """
    kinds, values = naming(tenant_id, scope)
    leads = load_plan.leads(kinds)
    return _widened(scope, leads.run(connection, values)) if leads else scope


def _widened(scope: Scope, led_to: psycopg.Cursor[TupleRow]) -> Scope:
    found = dict(zip(load_plan.LEADS_TO, led_to.fetchone() or (), strict=True))
    return msgspec.structs.replace(
        scope, **{kind: getattr(scope, kind) | _ids(ids) for kind, ids in found.items()}
    )


def _ids(array: str | None) -> set[str]:
    return {row_id for row_id in msgspec.json.decode(array or "[]") if row_id}


def lock_and_load(
    connection: Connection,
    tenant_id: str,
    scope: Scope,
    command_ids: Collection[str] = (),
    keys: Collection[str] = (),
) -> Loaded:
    """Lock the customers and series of a resolved scope, then read all their facts.

    Raises UnknownTenant, ScopeGrew, psycopg.Error.
    """
    kinds, values = naming(tenant_id, scope, command_ids, keys)
    lock, leads, (read, tables) = (
        load_plan.lock(kinds),
        load_plan.leads(kinds),
        load_plan.load(kinds),
    )
    with connection.pipeline():
        locking = lock.run(connection, values)
        if "series" in kinds:
            load_plan.LOCK_SERIES.run(connection, values)
        if "books" in kinds:
            load_plan.LOCK_BOOKS.run(connection, values)
        load_plan.ANNOUNCE.run(connection, values)
        leading = leads.run(connection, values) if leads else None
        loading = read.run(connection, values)
    widened = _widened(scope, leading) if leading else scope
    if widened == scope:
        loaded = _loaded(connection, values, tables, loading)
    else:  # the scope grew during the wait; its customers are locked now, so it cannot grow again
        loaded = load(connection, tenant_id, widened, command_ids, keys)
    if loaded.facts.tables[Customer].keys() - _ids(_only(locking)):
        raise ScopeGrew
    return loaded


def load(
    connection: Connection,
    tenant_id: str,
    scope: Scope,
    command_ids: Collection[str] = (),
    keys: Collection[str] = (),
) -> Loaded:
    """Read all facts of a resolved scope. To explain or preview, no locks are needed.

    Raises UnknownTenant, psycopg.Error.
    """
    kinds, values = naming(tenant_id, scope, command_ids, keys)
    statement, tables = load_plan.load(kinds)
    return _loaded(connection, values, tables, statement.run(connection, values))


def numbers_ahead(
    connection: Connection, tenant_id: str, numbers: Collection[Numbers]
) -> list[Row]:
    """Return the numbers of documents that series would give again. Raises psycopg.Error."""
    if not numbers:
        return []
    values = {"t": tenant_id, "numbers": _ENCODER.encode(numbers).decode()}
    column = _only(_NUMBERS_AHEAD.run(connection, values))
    return list(msgspec.json.decode(column or "[]", type=list[DocumentNumber]))


def writers(connection: Connection, tenant_id: str) -> frozenset[str]:
    """Return the running transactions that write rows of the tenant. Raises psycopg.Error."""
    return frozenset(str(writer) for (writer,) in _WRITERS.run(connection, {"t": tenant_id}))


def _loaded(
    connection: Connection,
    values: dict[str, object],
    tables: list[type[Row]],
    loading: psycopg.Cursor[TupleRow],
) -> Loaded:
    tenant, *columns = loading.fetchone() or (None,)
    if tenant is None:
        raise UnknownTenant(values["t"])
    rows = {
        table: _DECODERS[table].decode(column)
        for table, column in zip(tables, columns, strict=True)
        if column
    }
    records = cast(list[CommandRecord], rows.pop(CommandRecord, []))
    (books,) = cast(list[Books], rows.pop(Books))
    facts = Facts(msgspec.json.decode(tenant, type=Tenant), books)
    for table_rows in rows.values():
        facts.add(table_rows)
    return Loaded(facts, records, _events(connection, values, records))


def _events(
    connection: Connection, values: dict[str, object], records: list[CommandRecord]
) -> list[Event]:
    """Read the events of commands performed before. They are rare, so a query of its own."""
    if not records:
        return []
    ids = "{" + ",".join(record.id for record in records) + "}"
    column = _only(_EVENTS.run(connection, {"t": values["t"], "command_ids": ids}))
    return msgspec.json.decode(column or "[]", type=list[Event])


def _only(cursor: psycopg.Cursor[TupleRow]) -> str | None:
    value: str | None
    (value,) = cursor.fetchone() or (None,)
    return value
