"""Lago's formulas: what is left of an invoice, and the amounts of a credit note over its lines.

Lago computes the rest by line, and a voided credit note still counts against its lines.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.projections import payment_status
from polaris.core.facts.credit_note import CreditNote, NoteLine, NotePurpose
from polaris.core.facts.invoice import InvoiceKind, SettlementKind, Status, Tax
from polaris.core.facts.wallet import Lot
from polaris.money import rounded


def line_left(balance: InvoiceBalance) -> dict[str, int]:
    """Return the uncredited rest of each line before discount, minor units; voided notes count."""
    left = {line.id: line.gross_minor for line in balance.lines}
    for note in balance.notes:
        for line_id, amount in credited_of(balance, note).items():
            if line_id in left:
                left[line_id] -= amount
    return {line_id: max(amount, 0) for line_id, amount in left.items()}


def credited_of(balance: InvoiceBalance, note: CreditNote) -> dict[str, int]:
    """Return the amounts that a note credits, by line, before discount, minor units."""
    gross: dict[str, int] = {}
    for part in balance.decision.of(NoteLine, "note_id", note.id):
        if part.line_id is not None:
            gross[part.line_id] = gross.get(part.line_id, 0) + part.gross_minor
    return gross


def creditable(balance: InvoiceBalance) -> int:
    """Return the largest creditable amount: the rest of the lines, less discounts, plus tax."""
    if balance.invoice.status is Status.DRAFT or balance.invoice.kind is InvoiceKind.TOP_UP:
        return 0
    left = computed(balance, line_left(balance), ())
    return whole(left.net) + whole(left.tax)


def _net(left: int, gross: int, net: int) -> Fraction:
    return Fraction(left * net, gross) if gross else Fraction()


def _tax(tax: Tax, net: Fraction) -> Fraction:
    """Return the tax on part of a line: by the rate, or a share of a tax amount that was given."""
    if tax.rate is not None and not tax.given:
        return net * Fraction(tax.rate) / 100
    return net * tax.amount_minor / tax.base_minor if tax.base_minor else Fraction()


def whole(exact: Fraction) -> int:
    """Round to whole minor units, half up."""
    return rounded(Decimal(exact.numerator) / Decimal(exact.denominator))


def paid(balance: InvoiceBalance) -> int:
    """Return the money received for the invoice; for a voided one, as it was at the void."""
    paid_at_void = balance.invoice.paid_at_void_minor
    return balance.invoice.paid_minor if paid_at_void is None else paid_at_void


def refundable(balance: InvoiceBalance) -> int:
    """Return the largest refundable amount; for a top-up at most its unspent wallet credits."""
    if balance.invoice.status is Status.DRAFT or marked_unpaid(balance):
        return 0
    most = sold_left(balance)
    return max(0, min(cash_left(balance), creditable(balance) if most is None else most))


def cash_left(balance: InvoiceBalance) -> int:
    """Return the money received less the refunds of credit notes."""
    return paid(balance) - sum(note.refund_minor for note in balance.notes)


def marked_unpaid(balance: InvoiceBalance) -> bool:
    """True if the invoice is paid in full, but somebody has marked it as not paid."""
    invoice = balance.invoice
    by_credit = sum(
        one.amount_minor
        for one in balance.settlements
        if one.kind in (SettlementKind.NOTE, SettlementKind.WALLET)
        and (one.live or (invoice.voided_at and one.removed_at == invoice.voided_at))
    )
    whole = paid(balance) == invoice.total_minor - by_credit
    return whole and payment_status(invoice) != "succeeded"


def sold_left(balance: InvoiceBalance) -> int | None:
    """Return the unspent part of the wallet credits that a top-up sold; None for other invoices."""
    if balance.invoice.kind is not InvoiceKind.TOP_UP:
        return None
    lots = balance.decision.of(Lot, "invoice_id", balance.invoice.id)
    return sum(lot.left_minor for lot in lots)


def offsettable(balance: InvoiceBalance) -> int:
    """Return the largest amount by which a note can lower the amount due."""
    due = balance.invoice.outstanding_minor
    return due if sold_left(balance) is not None else max(0, min(due, creditable(balance)))


def uncredited(balance: InvoiceBalance) -> int:
    """Return the invoice's amount less its notes; discounts are ignored, voided notes count."""
    gross = sum(line.gross_minor for line in balance.lines)
    by_line = {line.id: Fraction(line.gross_minor) for line in balance.lines}
    vat = sum((_tax(tax, by_line[tax.line_id]) for tax in balance.taxes), Fraction())
    return gross + whole(vat) - sum(note.credit_minor + note.offset_minor for note in balance.notes)


# ---------------------------------------------------------------- the amounts of a note


class TaxShare(NamedTuple):
    """The credited part of one tax code, in unrounded minor units."""

    tax: Tax  # any tax of the code
    base: Fraction
    amount: Fraction


class Computed(NamedTuple):
    """The amounts of a note over parts of lines by Lago's formula, in unrounded minor units."""

    gross_minor: int
    coupons: Fraction
    shares: tuple[TaxShare, ...]
    evened: Fraction  # tax rounding of earlier notes that this last note makes up for

    @property
    def net(self) -> Fraction:
        """The amount without tax."""
        return self.gross_minor - self.coupons

    @property
    def tax(self) -> Fraction:
        """The sum of all taxes."""
        return sum((share.amount for share in self.shares), Fraction()) - self.evened

    @property
    def total(self) -> int:
        """The amount with tax, whole minor units; Lago rounds the total once."""
        return whole(self.net + self.tax)


def computed(
    balance: InvoiceBalance, gross: Mapping[str, int], earlier: Sequence[CreditNote]
) -> Computed:
    """Return a note over these amounts by line; an invoice's last note makes up for rounding.

    `earlier` are the notes before it; without them there is no rounding to make up for.
    """
    lines = [line for line in balance.lines if gross.get(line.id)]
    nets = {line.id: _net(gross[line.id], line.gross_minor, line.net_minor) for line in lines}
    by_code: dict[str, TaxShare] = {}
    for tax in balance.taxes:
        if tax.line_id in nets:
            net = nets[tax.line_id]
            share = by_code.get(tax.code, TaxShare(tax, Fraction(), Fraction()))
            added = share._replace(base=share.base + net, amount=share.amount + _tax(tax, net))
            by_code[tax.code] = added
    sums = sum(gross[line.id] for line in lines)
    evened = _rounding(balance, earlier) if _last(balance, gross, earlier) else Fraction()
    coupons = sums - sum(nets.values(), Fraction())
    return Computed(sums, coupons, tuple(by_code.values()), evened)


def _last(balance: InvoiceBalance, gross: Mapping[str, int], earlier: Sequence[CreditNote]) -> bool:
    """True if this note and the earlier ones credit all lines in full."""
    taken = [gross, *(credited_of(balance, note) for note in earlier)]
    return all(
        sum(one.get(line.id, 0) for one in taken) >= line.gross_minor for line in balance.lines
    )


def _rounding(balance: InvoiceBalance, notes: Sequence[CreditNote]) -> Fraction:
    """Return the tax that notes credited in excess of the unrounded amount."""
    return sum(
        (
            note.tax_minor - computed(balance, credited_of(balance, note), ()).tax
            for note in notes
            if note.purpose is NotePurpose.CORRECTION
        ),
        Fraction(),
    )


def in_order(notes: Sequence[CreditNote]) -> list[CreditNote]:
    """Return the notes in the order of issue."""
    return sorted(notes, key=lambda note: (note.issued_at, note.id))


def computed_note(balance: InvoiceBalance, note: CreditNote) -> Computed:
    """Return the unrounded amounts of an existing note that corrects the invoice."""
    notes = in_order(balance.notes)
    earlier = notes[: [one.id for one in notes].index(note.id)]
    return computed(balance, credited_of(balance, note), earlier)
