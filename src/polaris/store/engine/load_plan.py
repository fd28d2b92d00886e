"""Which rows a set of commands needs, by table and by the kinds of ids that the set names."""

from functools import cache

from polaris.core.facts.audit import CommandRecord
from polaris.core.facts.catalogue import CatalogueItem, TaxCode
from polaris.core.facts.credit_note import CreditNote, Funding, NoteLine, NoteTax
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice, Line, Settlement, Tax, WriteOff
from polaris.core.facts.payment import Payment, Refund
from polaris.core.facts.row import Row
from polaris.core.facts.series import DocumentNumber, Series
from polaris.core.facts.task import Task
from polaris.core.facts.tenant import Account, Books
from polaris.core.facts.wallet import Lot, Wallet
from polaris.core.facts.webhook import WebhookEndpoint
from polaris.core.ledger.posting import Entry
from polaris.store.sql import QUERIES, Statement, statement

Kinds = frozenset[str]
"""The kinds of ids that a set names: the non-empty fields of its scope, and always `tenant`."""

Reasons = dict[str, tuple[str, ...]]
"""For each kind: the names of the selects that find the ids of the needed rows."""

CONCERNED: Reasons = {
    "customers": ("named",),
    "external_ids": ("customers_called",),
    "invoices": ("customers_of_invoices",),
    "payments": ("customers_of_payments",),
    "notes": ("customers_of_notes",),
    "refunds": ("customers_of_refunds",),
    "write_offs": ("customers_of_write_offs",),
    "entries": ("customers_of_entries",),
    "wallets": ("customers_of_wallets",),
    "lots": ("customers_of_lots",),
    "tasks": ("customers_of_tasks",),
}
"""How to find the customers that are locked and loaded."""

LOADED: dict[type[Row], Reasons] = {
    Books: {"tenant": ()},
    Account: {"tenant": ()},
    CommandRecord: {"command_ids": ("named",), "keys": ("commands_of_keys",)},
    Customer: CONCERNED,
    CatalogueItem: {
        "catalogue_items": ("named",),
        "codes_of_items": ("catalogue_items_of_codes",),
        "tax_codes": ("catalogue_items_taxed",),
    },
    TaxCode: {
        "tax_codes": ("named",),
        "codes_of_taxes": ("taxes_of_codes",),
        "codes_of_items": ("taxes_of_items",),
        "taxed": ("taxes_of_invoices", "taxes_of_customers", "taxes_by_default"),
    },
    WebhookEndpoint: {"webhook_endpoints": ("named", "endpoints_live")},
    DocumentNumber: {"numbers": ("named",)},
    Series: {"series": ("named", "series_of_customers", "series_of_invoices")},
    Invoice: {"invoices": ()},
    Line: {"billed": ()},
    Tax: {"billed": ()},
    Settlement: {"invoices": ()},
    WriteOff: {"invoices": ()},
    Entry: {
        "entries": ("named",),
        "booked": ("entries_of_invoices",),
        "notes": ("entries_of_notes", "entries_of_notes_refunds"),
        "refunds": ("entries_of_refunds",),
    },
    CreditNote: {
        "invoices": ("notes_of_invoices", "notes_on_invoices"),
        "notes": ("named",),
        "open_credit": ("notes_open",),
    },
    NoteLine: {"invoices": ("notes_of_invoices",), "notes": ("named",)},
    NoteTax: {"invoices": ("notes_of_invoices",), "notes": ("named",)},
    Funding: {
        "invoices": ("fundings_of_invoices", "fundings_from_invoices"),
        "payments": ("fundings_from_payments",),
        "notes": ("fundings_of_notes",),
    },
    Refund: {
        "invoices": ("refunds_of_invoices", "refunds_from_invoices"),
        "notes": ("refunds_of_notes",),
        "refunds": ("named",),
    },
    Payment: {
        "invoices": ("payments_on_invoices", "payments_under_way"),
        "payments": ("named",),
        "notes": ("payments_behind_notes", "payments_refunded_by_notes"),
        "open_credit": ("payments_unused",),
    },
    Lot: {
        "invoices": ("lots_on_invoices", "lots_sold"),
        "lots": ("named",),
        "open_credit": ("lots_left",),
    },
    Wallet: {
        "wallets": ("named",),
        "invoices": ("wallets_on_invoices",),
        "billed": ("wallets_sold_to", "wallets_of_lines"),
        "open_credit": ("wallets_active",),
    },
    Task: {"tasks": ("named",), "refunding": ("tasks_of_refunds", "tasks_of_notes")},
}
"""When the rows of a table are loaded, and by which ids.

A part without selects finds its rows directly by the ids that the set names."""

LEADS_TO: dict[str, Reasons] = {
    "invoices": {
        "payments": ("invoices_of_payments", "invoices_of_intentions"),
        "notes": ("invoices_of_notes", "invoices_settled_by_notes", "invoices_behind_notes"),
        "refunds": ("invoices_of_refunds",),
        "write_offs": ("invoices_of_write_offs",),
        "lines": ("invoices_of_lines",),
        "drafts": ("invoices_replaced_by_drafts",),
    },
    "payments": {"refunds": ("payments_of_refunds",)},
    "notes": {"refunds": ("notes_of_refunds",)},
    "wallets": {"lots": ("wallets_of_lots",)},
}
"""The rows that other rows refer to, by the field of the scope to which they are added."""


LOCK_SERIES = statement(QUERIES["lock_series"])
"""Locks the named series of the tenant."""

LOCK_BOOKS = statement(QUERIES["lock_books"])
"""Locks the closing date of the books, so that closings of one tenant take turns."""

ANNOUNCE = statement(QUERIES["announce_writer"])
"""Names the tenant in the list of running transactions, until this one ends."""


@cache
def lock(kinds: Kinds) -> Statement:
    """Return the statement that locks the concerned customers and returns their ids."""
    return statement(_for_concerned(QUERIES["lock_customers"], kinds))


@cache
def load(kinds: Kinds) -> tuple[Statement, list[type[Row]]]:
    """Return the statement that loads all needed rows, and its tables.

    The statement returns one row: the tenant, then one column per table.
    """
    tables = [table for table, reasons in LOADED.items() if kinds & reasons.keys()]
    parts = [QUERIES["part_tenant"], *(_part(table, kinds) for table in tables)]
    return statement(_for_concerned("select " + ",\n".join(parts), kinds)), tables


@cache
def leads(kinds: Kinds) -> Statement | None:
    """Return the statement that finds the rows to extend a scope by, or None if there are none.

    The statement returns one row with one column per kind.
    """
    if not any(kinds & reasons.keys() for reasons in LEADS_TO.values()):
        return None
    reached = kinds | {"payments", "notes"} if "refunds" in kinds else kinds
    columns = [f"to_json({_array_of_ids(reasons, reached)})::text" for reasons in LEADS_TO.values()]
    sql = "select " + ",\n".join(columns)
    for kind in ("payments", "notes"):  # refunds refer to these, and these to more rows
        known = {kind: ("named",), **LEADS_TO[kind]}
        sql = sql.replace(f"%({kind})s::uuid[]", _array_of_ids(known, kinds))
    return statement(sql)


def _part(table: type[Row], kinds: Kinds) -> str:
    return QUERIES[f"part_{table.table}"].replace("%(ids)s", _array_of_ids(LOADED[table], kinds))


def _for_concerned(sql: str, kinds: Kinds) -> str:
    return sql.replace("%(concerned)s", _array_of_ids(CONCERNED, kinds))


def _array_of_ids(reasons: Reasons, kinds: Kinds) -> str:
    """Return the SQL array of the ids that the selects find."""
    selects = [
        _named(kind) if select == "named" else QUERIES[select]
        for kind, found_by in reasons.items()
        if kind in kinds
        for select in found_by
    ]
    return f"array({' union all '.join(selects)})" if selects else "'{}'::uuid[]"


def _named(kind: str) -> str:
    return f"select unnest(%({kind})s::{'text' if kind in _NAMES else 'uuid'}[])"


_NAMES = ("series", "numbers")
"""The kinds whose ids are names, not UUIDs."""
