"""What the panel of an invoice shows."""

import asyncio
from typing import NamedTuple

from polaris.console.access import Visit
from polaris.core.balances.projections import overdue, payment_status
from polaris.core.commands.text import ID
from polaris.core.explain import Answer
from polaris.core.facts.invoice import Invoice, Line, Settlement, Tax
from polaris.core.ledger.posting import Entry
from polaris.services.ui_status import ui_status
from polaris.store.read.invoices import WholeInvoice, whole_invoice
from polaris.store.read.timeline import Happening, timeline

TABS = {
    "overview": "Overview",
    "payments": "Payments and credit",
    "ledger": "Ledger",
    "timeline": "Timeline",
}
"""The tabs of the panel: their names in the URL, and on the screen."""


class InvoiceDetail(NamedTuple):
    """An invoice with everything that its panel shows. Amounts are minor units."""

    whole: WholeInvoice
    ui_status: str
    payment_status: str | None
    payment_overdue: bool
    explained: dict[str, Answer]  # whether each command is allowed, by its name
    happenings: list[Happening]

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
    def taxes(self) -> list[tuple[str, int]]:
        """The name and the amount of each tax on the current lines."""
        sums: dict[str, int] = {}
        for tax in self._own_taxes():
            rate = f" {tax.rate.normalize():f}%" if tax.rate is not None else ""
            sums[tax.name + rate] = sums.get(tax.name + rate, 0) + tax.amount_minor
        return list(sums.items())

    def _own_taxes(self) -> list[Tax]:
        return [tax for tax in self.whole.taxes if tax.revision == self.invoice.revision]

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
            for posting in entry.postings:
                if posting.invoice_id == self.invoice.id:
                    running += posting.amount_minor * (
                        (posting.debit == RECEIVABLE) - (posting.credit == RECEIVABLE)
                    )
            amounts.append(running)
        return amounts


RECEIVABLE = "ACCOUNTS_RECEIVABLE"


async def invoice_detail(visit: Visit, invoice_id: str) -> InvoiceDetail | None:
    """Return an invoice with everything to show, or None if the tenant has no such invoice."""
    if not ID.fullmatch(invoice_id):
        return None
    whole = await visit.caller.read(whole_invoice, invoice_id)
    if whole is None:
        return None
    happenings, explained = await asyncio.gather(
        visit.caller.read(timeline, invoice_id), visit.caller.explain(invoice_id)
    )
    invoice, is_overdue = whole.invoice, overdue(whole.invoice, visit.today)
    paid = payment_status(invoice) if invoice.status != "draft" else None
    return InvoiceDetail(
        whole=whole,
        ui_status=ui_status(invoice.status, paid, is_overdue),
        payment_status=paid,
        payment_overdue=is_overdue,
        explained={answer.command: answer for answer in explained},
        happenings=happenings,
    )
