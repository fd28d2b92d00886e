"""Read-only facts, from which answers, documents and pages are composed."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeVar

from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.parties import parties_of
from polaris.core.decision import Decision, Facts
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.facts.parties import Parties
from polaris.core.facts.row import Row
from polaris.core.facts.tenant import Tenant
from polaris.core.refusals import NotFound

R = TypeVar("R", bound=Row)


class View:
    """A read-only view of facts at a time (UTC)."""

    def __init__(self, facts: Facts, at: datetime) -> None:
        self.at = at
        self.decision = Decision(facts, "", at, _no_new_id)
        self._balances: dict[str, InvoiceBalance] = {}

    @property
    def tenant(self) -> Tenant:
        """Return the tenant of the facts."""
        return self.decision.tenant

    def get(self, kind: type[R], row_id: str | None) -> R | None:
        """Return the row, or None."""
        return self.decision.get(kind, row_id)

    def the(self, kind: type[R], row_id: str, field: str | None = None) -> R:
        """Return the row. Raises NotFound."""
        return self.decision.the(kind, row_id, field)

    def of(self, kind: type[R], field: str, value: str) -> list[R]:
        """Return the rows whose field has this value."""
        return self.decision.of(kind, field, value)

    def with_rows(self, rows: Iterable[Row]) -> "View":
        """Add rows to this view only, for a preview that is never written. Return the view."""
        for row in rows:
            self.decision.put(row)  # not into the facts, which other views share
        return self

    def balance(self, invoice: Invoice) -> InvoiceBalance:
        """Return an invoice's computed amounts."""
        if invoice.id not in self._balances:
            self._balances[invoice.id] = InvoiceBalance(self.decision, invoice)
        return self._balances[invoice.id]

    def parties(self, document: Invoice | CreditNote) -> Parties:
        """Return the parties of a document: as issued, or for a draft as they are now."""
        return parties_of(document, self.decision)

    def invoice(self, invoice_id: str) -> Invoice:
        """Return an invoice that a client may see. Raises NotFound, also for deleted invoices."""
        invoice = self.the(Invoice, invoice_id)
        if invoice.status is Status.CLOSED or invoice.hidden_at is not None:
            raise NotFound(field="invoice_id", id=invoice_id)
        return invoice

    def today(self, timezone: str | None = None) -> date:
        """Return today in a time zone, by default the tenant's."""
        return self.decision.today(timezone)


def _no_new_id() -> str:
    raise AssertionError("a view must not create rows")
