"""What Lago's formulas leave of an invoice, and what a credit note over its lines comes to.

Lago counts what is left by line, and a voided credit note still uses its lines up.
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
    """What Lago sees left of each line, before discount: voided notes still count."""
    left = {line.id: line.gross_minor for line in balance.lines}
    for note in balance.notes:
        for line_id, amount in credited_of(balance, note).items():
            if line_id in left:
                left[line_id] -= amount
    return {line_id: max(amount, 0) for line_id, amount in left.items()}


def credited_of(balance: InvoiceBalance, note: CreditNote) -> dict[str, int]:
    """What a note credits of each line, before discount."""
    gross: dict[str, int] = {}
    for part in balance.decision.of(NoteLine, "note_id", note.id):
        if part.line_id is not None:
            gross[part.line_id] = gross.get(part.line_id, 0) + part.gross_minor
    return gross


def creditable(balance: InvoiceBalance) -> int:
    """The most that can still be given back: lines left, less their discounts, with their tax."""
    if balance.invoice.status is Status.DRAFT or balance.invoice.kind is InvoiceKind.TOP_UP:
        return 0
    left = computed(balance, line_left(balance), ())
    return whole(left.net) + whole(left.tax)


def _net(left: int, gross: int, net: int) -> Fraction:
    return Fraction(left * net, gross) if gross else Fraction()


def _tax(tax: Tax, net: Fraction) -> Fraction:
    """Tax on part of a line: by its rate, or its share of what was given."""
    if tax.rate is not None and not tax.given:
        return net * Fraction(tax.rate) / 100
    return net * tax.amount_minor / tax.base_minor if tax.base_minor else Fraction()


def whole(exact: Fraction) -> int:
    """Whole minor units, half up."""
    return rounded(Decimal(exact.numerator) / Decimal(exact.denominator))


def paid(balance: InvoiceBalance) -> int:
    """Money received for it, also when it has been voided since."""
    paid_at_void = balance.invoice.paid_at_void_minor
    return balance.invoice.paid_minor if paid_at_void is None else paid_at_void


def refundable(balance: InvoiceBalance) -> int:
    """The most that can still be sent back; of credits that were sold, what is left of them."""
    if balance.invoice.status is Status.DRAFT or marked_unpaid(balance):
        return 0
    most = sold_left(balance)
    return max(0, min(cash_left(balance), creditable(balance) if most is None else most))


def cash_left(balance: InvoiceBalance) -> int:
    """Money received and not refunded by a note."""
    return paid(balance) - sum(note.refund_minor for note in balance.notes)


def marked_unpaid(balance: InvoiceBalance) -> bool:
    """Whether all of it was paid, and yet somebody says that it was not."""
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
    """What is unspent of the credits that a top-up sold; none when it is no top-up."""
    if balance.invoice.kind is not InvoiceKind.TOP_UP:
        return None
    lots = balance.decision.of(Lot, "invoice_id", balance.invoice.id)
    return sum(lot.left_minor for lot in lots)


def offsettable(balance: InvoiceBalance) -> int:
    """The most by which what is due can be lowered."""
    due = balance.invoice.outstanding_minor
    return due if sold_left(balance) is not None else max(0, min(due, creditable(balance)))


def uncredited(balance: InvoiceBalance) -> int:
    """What notes have left of the invoice; discounts are not looked at, voided notes count."""
    gross = sum(line.gross_minor for line in balance.lines)
    by_line = {line.id: Fraction(line.gross_minor) for line in balance.lines}
    vat = sum((_tax(tax, by_line[tax.line_id]) for tax in balance.taxes), Fraction())
    return gross + whole(vat) - sum(note.credit_minor + note.offset_minor for note in balance.notes)


# ---------------------------------------------------------------- what a note comes to


class TaxShare(NamedTuple):
    """What goes back of one tax code, unrounded minor units."""

    tax: Tax  # one of the code
    base: Fraction
    amount: Fraction


class Computed(NamedTuple):
    """A note over parts of lines as Lago computes it, unrounded minor units."""

    gross_minor: int
    coupons: Fraction
    shares: tuple[TaxShare, ...]
    evened: Fraction  # what earlier notes rounded up, less what they rounded down

    @property
    def net(self) -> Fraction:
        """Without tax."""
        return self.gross_minor - self.coupons

    @property
    def tax(self) -> Fraction:
        """All tax."""
        return sum((share.amount for share in self.shares), Fraction()) - self.evened

    @property
    def total(self) -> int:
        """With tax, rounded as Lago does: the whole once."""
        return whole(self.net + self.tax)


def computed(
    balance: InvoiceBalance, gross: Mapping[str, int], earlier: Sequence[CreditNote]
) -> Computed:
    """A note over these amounts by line; the last one of an invoice evens out what others rounded.

    `earlier` are the notes before it; without them nothing is evened out.
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
    """Whether this note and the earlier ones leave nothing of the lines."""
    taken = [gross, *(credited_of(balance, note) for note in earlier)]
    return all(
        sum(one.get(line.id, 0) for one in taken) >= line.gross_minor for line in balance.lines
    )


def _rounding(balance: InvoiceBalance, notes: Sequence[CreditNote]) -> Fraction:
    """What notes gave back of tax beyond the unrounded amount."""
    return sum(
        (
            note.tax_minor - computed(balance, credited_of(balance, note), ()).tax
            for note in notes
            if note.purpose is NotePurpose.CORRECTION
        ),
        Fraction(),
    )


def in_order(notes: Sequence[CreditNote]) -> list[CreditNote]:
    """Notes as they were issued."""
    return sorted(notes, key=lambda note: (note.issued_at, note.id))


def computed_note(balance: InvoiceBalance, note: CreditNote) -> Computed:
    """A note that corrects the invoice, computed again."""
    notes = in_order(balance.notes)
    earlier = notes[: [one.id for one in notes].index(note.id)]
    return computed(balance, credited_of(balance, note), earlier)
