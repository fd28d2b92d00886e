"""The credit of notes: what stands of it, what a void takes back, what can settle an invoice."""

from typing import NamedTuple

from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Invoice, InvoiceKind, Settlement, SettlementKind
from polaris.core.facts.payment import Refund, RefundState
from polaris.core.facts.tenant import Tenant


def noted_by_setting(tenant: Tenant, invoice: Invoice) -> bool:
    """True if the tenant's setting documents a void of the invoice by a note for the whole.

    A top-up gets none, because its sold credits cannot be credited.
    """
    return tenant.settings.void_with_credit_note and invoice.kind is not InvoiceKind.TOP_UP


def live_offsets(decision: Decision, note: CreditNote) -> list[Settlement]:
    """Return the live settlements of the note's offset part."""
    rows = decision.of(Settlement, "source_id", note.id)
    return [row for row in rows if row.kind is SettlementKind.OFFSET and row.live]


class TakenBack(NamedTuple):
    """What a void of a note takes back. The rule and the action both use it."""

    balance_minor: int
    offsets: list[Settlement]

    @property
    def offset_minor(self) -> int:
        """The sum of the offsets."""
        return sum(row.amount_minor for row in self.offsets)

    @property
    def total_minor(self) -> int:
        """The balance and the offsets together."""
        return self.balance_minor + self.offset_minor


def taken_back(decision: Decision, note: CreditNote) -> TakenBack:
    """Return what a void of the note takes back: its balance and its live offsets."""
    return TakenBack(note.balance_minor, live_offsets(decision, note))


def credit_standing(decision: Decision, note: CreditNote) -> int:
    """Return a note's credit, in minor units, that was neither taken back nor paid out."""
    refunds = decision.of(Refund, "note_id", note.id)
    paid_out = sum(
        row.amount_minor
        for row in refunds
        if row.of_balance and row.state is not RefundState.CONVERTED
    )
    return note.credit_minor - note.voided_minor - paid_out


def usable_notes(decision: Decision, invoice: Invoice) -> list[CreditNote]:
    """Return the customer's notes whose balance can settle the invoice: never its own notes."""
    notes = decision.of(CreditNote, "customer_id", invoice.customer_id)
    return [
        row
        for row in notes
        if row.balance_minor and row.currency == invoice.currency and row.invoice_id != invoice.id
    ]
