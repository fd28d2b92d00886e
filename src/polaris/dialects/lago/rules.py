"""What Lago requires beyond the engine, and the limits that its formulas give.

Lago counts what is left by line, and a voided credit note still uses its lines up; the engine
counts what was given and not taken back. Both must allow a credit.
"""

from decimal import Decimal
from fractions import Fraction

from polaris.core import commands, refusals
from polaris.core.invoice import InvoiceKind, Status
from polaris.core.move import Dialect
from polaris.core.note import NoteLine
from polaris.core.position import Position
from polaris.core.requirement import Case, Details, at_most, requires
from polaris.money import rounded


def line_left(position: Position) -> dict[str, int]:
    """What Lago sees left of each line, before discount: voided notes still count."""
    left = {line.id: line.gross_minor for line in position.lines}
    for note in position.notes:
        for part in position.decision.of(NoteLine, "note_id", note.id):
            if part.line_id in left:
                left[part.line_id] -= part.gross_minor
    return {line_id: max(amount, 0) for line_id, amount in left.items()}


def creditable(position: Position) -> int:
    """The most that can still be given back: lines left, less their discounts, with their tax."""
    if position.invoice.status is Status.DRAFT or position.invoice.kind is InvoiceKind.TOP_UP:
        return 0
    left = line_left(position)
    nets = {
        line.id: _net(left[line.id], line.gross_minor, line.net_minor) for line in position.lines
    }
    vat = sum(
        (nets[tax.line_id] * Fraction(tax.rate or 0) / 100 for tax in position.taxes), Fraction()
    )
    return _whole(sum(nets.values(), Fraction())) + _whole(vat)


def _net(left: int, gross: int, net: int) -> Fraction:
    return Fraction(left * net, gross) if gross else Fraction()


def _whole(exact: Fraction) -> int:
    return rounded(Decimal(exact.numerator) / Decimal(exact.denominator))


def paid(position: Position) -> int:
    """Money received for it, also when it has been voided since."""
    paid_at_void = position.invoice.paid_at_void_minor
    return position.invoice.paid_minor if paid_at_void is None else paid_at_void


def refundable(position: Position) -> int:
    """The most that can still be sent back."""
    if position.invoice.status is Status.DRAFT:
        return 0
    refunded = sum(note.refund_minor for note in position.notes)
    return max(0, min(paid(position) - refunded, creditable(position)))


@requires(refusals.CreditExceedsInvoice)
def void_within_creditable(case: Case) -> Details | None:
    """Credit and refund together are at most what Lago's formula leaves of the lines."""
    asked = case.command.credit_minor + case.command.refund_minor
    return at_most("credit_minor", asked, creditable(case.position)) if asked else None


@requires(refusals.RefundExceedsCash)
def void_within_refundable(case: Case) -> Details | None:
    """The refund is at most what Lago's formula leaves of the money received."""
    asked = case.command.refund_minor
    return at_most("refund_minor", asked, refundable(case.position)) if asked else None


LAGO = Dialect(
    "lago",
    {commands.VoidInvoice: (void_within_creditable, void_within_refundable)},
)
"""The dialect, as the engine knows it."""
