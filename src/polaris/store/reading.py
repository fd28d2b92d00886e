"""What people and ports ask for: lists, one invoice's books, work that waits. Nothing is locked."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec
import psycopg

from polaris.core.catalogue import TaxCode
from polaris.core.customer import Customer
from polaris.core.decision import Facts
from polaris.core.events import Event
from polaris.core.invoice import Invoice, Line, Settlement, Tax, WriteOff
from polaris.core.ledger import Entry
from polaris.core.note import CreditNote
from polaris.core.payment import Payment, Refund
from polaris.core.row import Row
from polaris.core.scope import Scope
from polaris.core.tenant import Tenant
from polaris.store.load import UnknownTenant, load
from polaris.store.sql import QUERIES, blocks, statement

Connection = psycopg.Connection[Any]
R = TypeVar("R", bound=Row)

BLOCKS = QUERIES | blocks("reading.sql")
LONGEST_PAGE = 1000


class ListedTenant(NamedTuple):
    """A tenant, as a list shows it."""

    id: str
    name: str
    currency: str
    timezone: str
    created_at: datetime


class ListedInvoice(NamedTuple):
    """An invoice, as a list shows it. Amounts are minor units."""

    id: str
    number: str | None
    status: str
    customer: str
    issue_date: date | None
    due_date: date | None
    currency: str
    total_minor: int
    outstanding_minor: int


def tenant(connection: Connection, tenant_id: str) -> Tenant:
    """The tenant with this id. Raises UnknownTenant."""
    try:
        values = {"t": str(UUID(tenant_id))}
    except ValueError as malformed:
        raise UnknownTenant(tenant_id) from malformed
    ((found,),) = statement(f"select {BLOCKS['part_tenant']}").run(connection, values)
    if found is None:
        raise UnknownTenant(tenant_id)
    return msgspec.json.decode(found, type=Tenant)


def tenants(connection: Connection) -> list[ListedTenant]:
    """All tenants, oldest first."""
    return [ListedTenant(*row) for row in _rows(connection, "tenants", {})]


def invoices(
    connection: Connection, tenant_id: str, *, status: str | None = None, limit: int = 20
) -> list[ListedInvoice]:
    """Invoices, drafts first, then the newest; those in one status when it is named."""
    values = {"t": tenant_id, "status": status, "limit": min(limit, LONGEST_PAGE)}
    return [ListedInvoice(*row) for row in _rows(connection, "invoice_page", values)]


def invoices_numbered(connection: Connection, tenant_id: str, number: str) -> list[str]:
    """Ids of the invoices with this number, ours or the caller's."""
    rows = _rows(connection, "invoices_numbered", {"t": tenant_id, "number": number})
    return [invoice_id for (invoice_id,) in rows]


class WholeInvoice(NamedTuple):
    """An invoice with everything that belongs to it."""

    invoice: Invoice
    customer: Customer
    lines: list[Line]
    taxes: list[Tax]
    settlements: list[Settlement]
    payments: list[Payment]
    write_offs: list[WriteOff]
    credit_notes: list[CreditNote]
    refunds: list[Refund]
    entries: list[Entry]


def whole_invoice(connection: Connection, tenant_id: str, invoice_id: str) -> WholeInvoice | None:
    """The invoice with this id and everything that belongs to it; none when there is none."""
    facts = load(connection, tenant_id, Scope(invoices={invoice_id})).facts
    invoice = _known(facts, Invoice).get(invoice_id)
    if invoice is None:
        return None
    own = partial(_of_invoice, facts, invoice_id)
    settlements = own(Settlement)
    payments = _known(facts, Payment)
    return WholeInvoice(
        invoice=invoice,
        customer=_known(facts, Customer)[invoice.customer_id],
        lines=own(Line),
        taxes=own(Tax),
        settlements=settlements,
        payments=[payments[row.source_id] for row in settlements if row.source_id in payments],
        write_offs=own(WriteOff),
        credit_notes=own(CreditNote),
        refunds=own(Refund),
        entries=own(Entry),
    )


def _known(facts: Facts, kind: type[R]) -> dict[str, R]:
    return facts.tables[kind]  # type: ignore[return-value]  # a table holds rows of its own kind


def _of_invoice(facts: Facts, invoice_id: str, kind: type[R]) -> list[R]:
    rows = _known(facts, kind).values()
    return [row for row in rows if getattr(row, "invoice_id", None) == invoice_id]


def entries_of_customer(connection: Connection, tenant_id: str, customer_id: str) -> list[Entry]:
    """Every entry of a customer, oldest first, money not yet applied included."""
    values = {"t": tenant_id, "customers": [customer_id]}
    return _facts(connection, "entries_of_customers", Entry, values)


def default_taxes(connection: Connection, tenant_id: str) -> list[TaxCode]:
    """The taxes of whatever names none of its own, by code."""
    found = _facts(connection, "taxes_by_default", TaxCode, {"t": tenant_id})
    return sorted(found, key=lambda tax: tax.code)


def newest_events(connection: Connection, tenant_id: str, limit: int = 20) -> list[Event]:
    """The newest events, oldest of them first."""
    values = {"t": tenant_id, "limit": limit}
    newest = _rows(connection, "events_newest", values)
    return [msgspec.json.decode(event, type=Event) for (event,) in newest][::-1]


class Waiting(NamedTuple):
    """Money that somebody outside should move."""

    refunds: list[tuple[Refund, Payment]]  # not yet told to anybody, with what they go out of
    cancels: list[Payment]  # on their way to an invoice that was voided
    collects: list[Payment]  # in progress, and no provider has given its reference


def waiting(connection: Connection, tenant_id: str, providers: Iterable[str]) -> Waiting:
    """What waits for these providers."""
    values = {"t": tenant_id, "providers": list(providers)}
    refunds = _facts(connection, "refunds_to_ask", Refund, values)
    values["refunds"] = [refund.id for refund in refunds]
    sources = _facts(connection, "payments_of_refunds", Payment, values)
    of = {payment.id: payment for payment in sources}
    cancels = _facts(connection, "payments_to_cancel", Payment, values)
    collects = _facts(connection, "payments_to_collect", Payment, values)
    return Waiting(
        refunds=[(refund, of[refund.payment_id]) for refund in refunds],
        cancels=cancels,
        collects=[payment for payment in collects if payment not in cancels],
    )


def _facts(
    connection: Connection, block: str, kind: type[R], values: Mapping[str, object]
) -> list[R]:
    return rows_found(connection, kind, BLOCKS[block], values)


def rows_found(
    connection: Connection, kind: type[R], select: str, values: Mapping[str, object]
) -> list[R]:
    """The rows of a table whose ids a select finds, as facts."""
    part = BLOCKS[f"part_{kind.table}"].replace("%(ids)s", f"array({select})")
    ((found,),) = statement(f"select {part}").run(connection, values)
    rows = list[kind]  # type: ignore[valid-type]  # a type known by value
    return msgspec.json.decode(found or "[]", type=rows)


def _rows(connection: Connection, block: str, values: Mapping[str, object]) -> Iterable[Any]:
    return statement(BLOCKS[block]).run(connection, values)
