"""Amounts of one invoice: paid, credited and refunded, and what is left of each."""

from typing import TypeVar

from polaris.core.cached import cached
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote, NoteLine, NoteTax
from polaris.core.facts.invoice import Invoice, Line, Settlement, SettlementKind, Tax
from polaris.core.facts.payment import Payment, Refund, RefundState

N = TypeVar("N", NoteLine, NoteTax)


class InvoiceBalance:
    """Computed amounts of one invoice in a decision, in minor units; later changes do not show."""

    def __init__(self, decision: Decision, invoice: Invoice) -> None:
        self.decision = decision
        self.invoice = invoice

    @cached
    def lines(self) -> list[Line]:
        """Return the lines of the current revision, in order."""
        lines = self.decision.of(Line, "invoice_id", self.invoice.id)
        mine = [line for line in lines if line.revision == self.invoice.revision]
        return sorted(mine, key=lambda line: line.position)

    @cached
    def taxes(self) -> list[Tax]:
        """Return the taxes of the current revision."""
        taxes = self.decision.of(Tax, "invoice_id", self.invoice.id)
        return [tax for tax in taxes if tax.revision == self.invoice.revision]

    @cached
    def settlements(self) -> list[Settlement]:
        """Return all its settlements, live and removed."""
        return self.decision.of(Settlement, "invoice_id", self.invoice.id)

    @cached
    def live(self) -> list[Settlement]:
        """Return its live settlements."""
        return [settlement for settlement in self.settlements if settlement.live]

    @cached
    def notes(self) -> list[CreditNote]:
        """Return the credit notes of this invoice."""
        return self.decision.of(CreditNote, "invoice_id", self.invoice.id)

    @property
    def payments(self) -> list[Settlement]:
        """Return the settlements by payments that are applied, or held since the void."""
        return [
            row
            for row in self.settlements
            if row.kind is SettlementKind.PAYMENT and (row.live or row.held_minor)
        ]

    @property
    def credited(self) -> int:
        """Return the total of its credit notes, less what their voiding took back."""
        return sum(note.total_minor - taken_back_minor(note) for note in self.notes)

    @property
    def creditable(self) -> int:
        """Return the amount that a credit note or a void can still give back."""
        return self.invoice.total_minor - self.credited

    @property
    def refundable(self) -> int:
        """Return the money received on it that no refund has requested yet."""
        return sum(unrefunded(self.decision, row) for row in self.payments)

    def line_left(self) -> dict[str, int]:
        """Return the amount left to credit of each line, before its discount, by line id."""
        left = {line.id: line.gross_minor for line in self.lines}
        for line in self._note_rows(NoteLine):
            if line.line_id in left:
                left[line.line_id] -= line.gross_minor
        return _above_zero(left)

    def discount_left(self) -> dict[str, int]:
        """Return what is left of each line's discount, by line id."""
        left = {line.id: line.discount_minor for line in self.lines}
        for line in self._note_rows(NoteLine):
            if line.line_id in left:
                left[line.line_id] -= line.discount_minor
        return _above_zero(left)

    def tax_left(self) -> dict[str, int]:
        """Return the tax left to give back, by tax code."""
        left: dict[str, int] = {}
        for tax in self.taxes:
            left[tax.code] = left.get(tax.code, 0) + tax.amount_minor
        for given in self._note_rows(NoteTax):
            left[given.code] = left.get(given.code, 0) - given.amount_minor
        return _above_zero(left)

    def _note_rows(self, kind: type[N]) -> list[N]:
        """Return rows of the notes that count; a note that was taken back completely does not."""
        return [
            row
            for note in self.notes
            if note.voided_at is None or taken_back_minor(note) < note.total_minor
            for row in self.decision.of(kind, "note_id", note.id)
        ]


class NeverCredited(InvoiceBalance):
    """The same amounts, but voided credit notes count as if they were not voided."""

    @property
    def credited(self) -> int:
        """Return the total of all its credit notes."""
        return sum(note.total_minor for note in self.notes)

    def _note_rows(self, kind: type[N]) -> list[N]:
        return [row for note in self.notes for row in self.decision.of(kind, "note_id", note.id)]


def _above_zero(left: dict[str, int]) -> dict[str, int]:
    """Raise negative amounts to 0: a void's note may name more of a line than was left."""
    return {one: max(amount, 0) for one, amount in left.items()}


def taken_back_minor(note: CreditNote) -> int:
    """Return how much of a note its voiding took back: balance and offset."""
    return note.voided_minor + (note.offset_minor if note.voided_at else 0)


def refunded(decision: Decision, settlement: Settlement) -> int:
    """Return the refunds requested from a payment's application, without converted ones."""
    refunds = decision.of(Refund, "settlement_id", settlement.id)
    return sum(row.amount_minor for row in refunds if row.state is not RefundState.CONVERTED)


def unrefunded(decision: Decision, settlement: Settlement) -> int:
    """Return the money of a payment's application that can still be refunded."""
    if not settlement.live:
        return settlement.held_minor
    return settlement.amount_minor - refunded(decision, settlement)


def refund_order(decision: Decision, settlements: list[Settlement]) -> list[Settlement]:
    """Return the settlements in refund order: newest provider payment first, manual ones last."""

    def key(settlement: Settlement) -> tuple[bool, float, str]:
        payment = decision.the(Payment, settlement.source_id)
        return payment.manual, -payment.received_at.timestamp(), payment.id

    return sorted(settlements, key=key)
