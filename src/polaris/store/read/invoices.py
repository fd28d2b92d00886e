"""Invoices to show: a list, and a single invoice with all its rows."""

from collections.abc import Collection, Iterable
from datetime import date
from functools import partial
from typing import NamedTuple

from polaris.core.decision import Facts
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice, Line, Settlement, Tax, WriteOff
from polaris.core.facts.parties import Buyer
from polaris.core.facts.payment import Payment, Refund
from polaris.core.ledger.posting import Entry
from polaris.core.scope import Scope
from polaris.store.engine.load import load
from polaris.store.read.rows import Connection, R, rows_found, tuples_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/invoices.sql")
LONGEST_PAGE = 1000


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


def invoices(
    connection: Connection, tenant_id: str, *, status: str | None = None, limit: int = 20
) -> list[ListedInvoice]:
    """Return at most `limit` invoices: drafts first, then the newest.

    With a `status`, return only invoices in this status.
    """
    values = {"t": tenant_id, "status": status, "limit": min(limit, LONGEST_PAGE)}
    return [ListedInvoice(*row) for row in tuples_found(connection, BLOCKS["invoice_page"], values)]


def invoices_numbered(connection: Connection, tenant_id: str, number: str) -> list[str]:
    """Return the ids of the invoices with this number, ours or the caller's."""
    rows = tuples_found(connection, BLOCKS["invoices_numbered"], {"t": tenant_id, "number": number})
    return [invoice_id for (invoice_id,) in rows]


def numbers_of_invoices(
    connection: Connection, tenant_id: str, ids: Collection[str]
) -> dict[str, str]:
    """Return the numbers of invoices by their ids. Invoices without a number are left out."""
    values = {"t": tenant_id, "invoices": list(ids)}
    return dict(tuples_found(connection, BLOCKS["numbers_of_invoices"], values))


class WholeInvoice(NamedTuple):
    """An invoice with all its rows."""

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

    @property
    def buyer(self) -> Buyer | Customer:
        """The customer as the invoice shows it: as it was issued, or, of a draft, as it is now."""
        return self.invoice.parties.buyer if self.invoice.parties else self.customer


def whole_invoice(connection: Connection, tenant_id: str, invoice_id: str) -> WholeInvoice | None:
    """Return the invoice with this id and all its rows, or None if there is none."""
    facts = load(connection, tenant_id, Scope(invoices={invoice_id})).facts
    invoice = _rows_by_id(facts, Invoice).get(invoice_id)
    return None if invoice is None else whole_of(facts, invoice)


def whole_of(facts: Facts, invoice: Invoice) -> WholeInvoice:
    """Return an invoice with all its rows, as these facts have them."""
    own = partial(_of_invoice, facts, invoice.id)
    settlements = own(Settlement)
    payments = _rows_by_id(facts, Payment)
    return WholeInvoice(
        invoice=invoice,
        customer=_rows_by_id(facts, Customer)[invoice.customer_id],
        lines=own(Line),
        taxes=own(Tax),
        settlements=settlements,
        payments=_payments_of(invoice, settlements, payments.values()),
        write_offs=own(WriteOff),
        credit_notes=own(CreditNote),
        refunds=own(Refund),
        entries=own(Entry),
    )


def _payments_of(
    invoice: Invoice, settlements: list[Settlement], payments: Iterable[Payment]
) -> list[Payment]:
    """Return the payments that settle the invoice or did so, and those made for it, by time."""
    sources = {row.source_id for row in settlements}
    own = (row for row in payments if row.id in sources or invoice.id in row.intended)
    return sorted(own, key=lambda row: (row.received_at, row.id))


def _rows_by_id(facts: Facts, kind: type[R]) -> dict[str, R]:
    return facts.tables[kind]  # type: ignore[return-value]  # a table holds rows of its own kind


def _of_invoice(facts: Facts, invoice_id: str, kind: type[R]) -> list[R]:
    rows = _rows_by_id(facts, kind).values()
    return [row for row in rows if getattr(row, "invoice_id", None) == invoice_id]


def entries_of_customer(connection: Connection, tenant_id: str, customer_id: str) -> list[Entry]:
    """Return all entries of a customer, oldest first, including those of unapplied money."""
    values = {"t": tenant_id, "customers": [customer_id]}
    return rows_found(connection, Entry, BLOCKS["entries_of_customers"], values)
