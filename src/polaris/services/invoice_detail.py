"""Everything about one invoice, for a page or for JSON."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from polaris.api.caller import Caller
from polaris.audit.verify import altered_lines
from polaris.core.balances.projections import overdue, payment_status
from polaris.core.commands.text import ID
from polaris.core.decision import Facts
from polaris.core.explain import Answer
from polaris.core.facts.invoice import Invoice, Line, PaymentStatus, Settlement
from polaris.core.facts.payment import Payment, Refund
from polaris.core.ledger.chart import RECEIVABLE
from polaris.core.ledger.posting import Entry
from polaris.core.refusals import NotFound
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.services.ui_status import UiStatus, derive_invoice_ui_status
from polaris.store.read.invoices import WholeInvoice, whole_of
from polaris.store.read.timeline import Happening, timeline


class Statuses(NamedTuple):
    """The status to show, and the three fields that it comes from."""

    ui_status: UiStatus
    status: str
    payment_status: PaymentStatus
    payment_overdue: bool


class TaxSum(NamedTuple):
    """The tax of one code on an invoice, minor units."""

    code: str
    name: str
    rate: str | None  # percent
    base_minor: int
    amount_minor: int


class Linked(NamedTuple):
    """Another invoice: the one that this one replaces, or that replaces it."""

    id: str
    number: str | None


class InvoiceDetail(NamedTuple):
    """An invoice with everything that belongs to it. Amounts are minor units of its currency."""

    whole: WholeInvoice
    statuses: Statuses
    refundable_minor: int  # received money that no refund has requested
    creditable_minor: int  # what a credit note or a void can still give back
    held_minor: int  # what the voided invoice still holds for the customer
    replaces: Linked | None = None
    replaced_by: Linked | None = None
    explained: Mapping[str, Answer] = MappingProxyType(
        {}
    )  # whether each command is allowed, by its name
    happenings: tuple[Happening, ...] = ()  # the newest first
    altered: frozenset[str] = frozenset()  # audit lines that were changed after they were sealed

    @property
    def invoice(self) -> Invoice:
        """The invoice."""
        return self.whole.invoice

    @property
    def lines(self) -> list[Line]:
        """The current lines, in order."""
        own = (line for line in self.whole.lines if line.revision == self.invoice.revision)
        return sorted(own, key=lambda line: line.position)

    @property
    def taxes(self) -> list[TaxSum]:
        """The tax on the current lines, one item for each code and rate."""
        sums: dict[tuple[str, str, str | None], tuple[int, int]] = {}
        for tax in self.whole.taxes:
            if tax.revision == self.invoice.revision:
                rate = f"{tax.rate.normalize():f}" if tax.rate is not None else None
                base, amount = sums.get((tax.code, tax.name, rate), (0, 0))
                summed = base + tax.base_minor, amount + tax.amount_minor
                sums[tax.code, tax.name, rate] = summed
        return [TaxSum(*key, *amounts) for key, amounts in sums.items()]

    @property
    def payments_under_way(self) -> list[Payment]:
        """The payments for the invoice whose money may still arrive."""
        payments = self.whole.payments
        return [row for row in payments if row.waits and self.invoice.id in row.intended]

    @property
    def refunds(self) -> list[tuple[Refund, Payment | None]]:
        """The refunds with the payments that they come out of, the oldest first."""
        payments = {payment.id: payment for payment in self.whole.payments}
        own = sorted(self.whole.refunds, key=lambda row: row.requested_at)
        return [(refund, payments.get(refund.payment_id or "")) for refund in own]

    @property
    def settlements(self) -> list[Settlement]:
        """What lowered the receivable, the oldest first."""
        return sorted(self.whole.settlements, key=lambda row: row.at)

    @property
    def entries(self) -> list[Entry]:
        """The ledger entries, the oldest first."""
        entries = self.whole.entries
        return sorted(entries, key=lambda entry: (entry.accounting_date, entry.written_at))

    def receivable_after(self) -> list[int]:
        """Return the receivable of the invoice after each entry, in the order of `entries`."""
        running, amounts = 0, []
        for entry in self.entries:
            running += sum(
                posting.amount_minor
                * ((posting.debit == RECEIVABLE) - (posting.credit == RECEIVABLE))
                for posting in entry.postings
                if posting.invoice_id == self.invoice.id
            )
            amounts.append(running)
        return amounts


async def detail(caller: Caller, invoice_id: str) -> InvoiceDetail:
    """Return an invoice with what happened to it and what is allowed now. Raises NotFound."""
    view = await invoice_view(caller, invoice_id)
    linked, happenings, explained = await asyncio.gather(
        linked_numbers(caller, view.the(Invoice, invoice_id)),
        caller.read(timeline, invoice_id),
        caller.explain(invoice_id),
    )
    lines = [happening.audit_id for happening in happenings]
    altered = await caller.read(altered_lines, lines)
    invoice = view.the(Invoice, invoice_id)
    return detail_in(view.decision.facts, invoice_id, view.at)._replace(
        replaces=linked.get(invoice.regenerated_from or ""),
        replaced_by=linked.get(invoice.regenerated_as or ""),
        explained={answer.command: answer for answer in explained},
        happenings=tuple(happenings),
        altered=altered,
    )


def detail_in(facts: Facts, invoice_id: str, at: datetime) -> InvoiceDetail:
    """Return an invoice as these facts have it, without links, timeline and explanations.

    `at` is the time by which it may be overdue (UTC). Raises NotFound.
    """
    view = View(facts, at)
    invoice = view.the(Invoice, invoice_id)
    balance = view.balance(invoice)
    return InvoiceDetail(
        whole=whole_of(facts, invoice),
        statuses=statuses_of(view, invoice),
        refundable_minor=balance.refundable,
        creditable_minor=balance.creditable,
        held_minor=sum(row.held_minor for row in balance.settlements),
    )


def statuses_of(view: View, invoice: Invoice) -> Statuses:
    """Return the status to show for an invoice; it is overdue by the day in its time zone."""
    paid = payment_status(invoice)
    is_overdue = overdue(invoice, view.today(view.parties(invoice).timezone))
    shown = derive_invoice_ui_status(invoice.status, paid, is_overdue)
    return Statuses(shown, invoice.status, paid, is_overdue)


async def invoice_view(caller: Caller, invoice_id: str) -> View:
    """Load an invoice in any status, with all that belongs to it. Raises NotFound."""
    if not ID.fullmatch(invoice_id):
        raise NotFound(field="invoice_id", id=invoice_id)
    view = await caller.view(Scope(invoices={invoice_id}))
    view.the(Invoice, invoice_id)
    return view


async def linked_numbers(caller: Caller, invoice: Invoice) -> dict[str, Linked]:
    """Return the invoices that this one replaces or is replaced by, by id."""
    ids = {one for one in (invoice.regenerated_from, invoice.regenerated_as) if one}
    if not ids:
        return {}
    view = await caller.view(Scope(invoices=ids, billed=False, booked=False))
    found = [view.get(Invoice, one) for one in ids]
    return {row.id: Linked(row.id, row.number) for row in found if row}
