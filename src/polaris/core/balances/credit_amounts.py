"""The amounts of a credit note: lines less their discounts, and their tax."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from polaris.core import refusals
from polaris.core.balances.credit_taxes import (
    Earlier,
    bases_by_code,
    capped,
    credited_earlier,
    taxes_of_parts,
)
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.line import countable
from polaris.core.balances.tax import tax_lines
from polaris.core.commands import VoidInvoice
from polaris.core.commands.values import CreditedLine
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import NoteLine, NoteTax
from polaris.core.facts.invoice import Line, Rounding
from polaris.money import allocate, rounded


class PartOfLine(NamedTuple):
    """The part of one line that is credited, in minor units."""

    line: Line | None
    asked: CreditedLine
    gross_minor: int
    discount_minor: int

    @property
    def description(self) -> str:
        """Return the description of the command, else the line's own."""
        return self.asked.description or (self.line.description if self.line else "")

    @property
    def net_minor(self) -> int:
        """Return the amount less its share of the line's discount."""
        return self.gross_minor - self.discount_minor


class PartOfTax(NamedTuple):
    """The part of one tax code that is given back, in minor units."""

    code: str
    name: str
    rate: Decimal | None
    base_minor: int
    amount_minor: int


class Credited(NamedTuple):
    """The lines and taxes of a credit note, before it is written."""

    lines: list[PartOfLine]
    taxes: list[PartOfTax]

    @property
    def net(self) -> int:
        """Return the sum of the lines after discounts, without tax."""
        return sum(part.net_minor for part in self.lines)

    @property
    def tax(self) -> int:
        """Return the sum of all tax."""
        return sum(part.amount_minor for part in self.taxes)

    @property
    def total(self) -> int:
        """Return the total with tax."""
        return self.net + self.tax

    def write(self, decision: Decision, note_id: str) -> None:
        """Store the note's lines and taxes."""
        for position, part in enumerate(self.lines, 1):
            decision.put(
                NoteLine(
                    id=decision.new_id(),
                    note_id=note_id,
                    line_id=part.line.id if part.line else None,
                    position=position,
                    description=part.description,
                    quantity=part.asked.quantity,
                    gross_minor=part.gross_minor,
                    discount_minor=part.discount_minor,
                    net_minor=part.net_minor,
                    account=part.asked.account,
                )
            )
        for tax in self.taxes:
            decision.put(NoteTax(id=decision.new_id(), note_id=note_id, **tax._asdict()))


def credited(balance: InvoiceBalance, asked: Sequence[CreditedLine]) -> Credited:
    """Return the lines and taxes to credit. Raises UnknownLine, LineOverCredited.

    Tax never exceeds what is left of its code. The note that credits the rest of the invoice takes
    all tax that is left, so rounding errors never add up.
    """
    lines = [part_of_line(balance, line) for line in merged(asked)]
    gross = {part.line.id: part.gross_minor for part in lines if part.line}
    left = balance.line_left()
    last = all(amount == gross.get(line_id, 0) for line_id, amount in left.items())
    return Credited(lines, _taxes(balance, lines, last))


def merged(asked: Sequence[CreditedLine]) -> list[CreditedLine]:
    """Return one item for each line, so that a line's limit is checked against the whole amount."""
    by_line: dict[str | None, CreditedLine] = {}
    for line in asked:
        earlier = by_line.get(line.line_id)
        by_line[line.line_id] = _together(earlier, line) if earlier else line
    return list(by_line.values())


def _together(one: CreditedLine, other: CreditedLine) -> CreditedLine:
    quantities = [line.quantity for line in (one, other) if line.quantity is not None]
    known = bool(quantities) and all(map(countable, quantities))
    return CreditedLine(
        line_id=one.line_id,
        amount_minor=one.amount_minor + other.amount_minor,
        quantity=sum(quantities, Decimal(0)) if known else None,
        description=one.description,
    )


def part_of_line(balance: InvoiceBalance, asked: CreditedLine) -> PartOfLine:
    """Return part of a line with its discount. Raises UnknownLine, LineOverCredited."""
    line = next((line for line in balance.lines if line.id == asked.line_id), None)
    if line is None:
        raise refusals.UnknownLine(field="lines", id=asked.line_id)
    left = balance.line_left()[line.id]
    if asked.amount_minor > left:
        raise refusals.LineOverCredited(
            field="lines", id=line.id, asked_minor=asked.amount_minor, limit_minor=left
        )
    return PartOfLine(line, asked, asked.amount_minor, _discount(balance, line, asked, left))


def _discount(balance: InvoiceBalance, line: Line, asked: CreditedLine, left: int) -> int:
    """Return the part's share of the discount: of all that is credited, less what earlier notes
    took. The rest never exceeds the rest of the line."""
    discount_left = balance.discount_left()[line.id]
    so_far = line.gross_minor - left + asked.amount_minor
    due = rounded(Decimal(so_far * line.discount_minor) / (line.gross_minor or 1))
    share = due - (line.discount_minor - discount_left)
    lowest = max(0, discount_left - (left - asked.amount_minor))
    return min(max(share, lowest), discount_left, asked.amount_minor)


def _taxes(balance: InvoiceBalance, lines: list[PartOfLine], last: bool) -> list[PartOfTax]:
    """Return the tax of these parts of lines, by code. The last note takes all that is left."""
    nets = {part.line.id: part.net_minor for part in lines if part.line}
    earlier = credited_earlier(balance)
    amounts = balance.tax_left() if last else taxes_of_parts(balance, earlier, nets)
    return _parts_of_tax(balance, bases_by_code(balance, nets), amounts)


def _parts_of_tax(
    balance: InvoiceBalance, bases: Mapping[str, int], amounts: Mapping[str, int]
) -> list[PartOfTax]:
    first = {tax.code: tax for tax in reversed(balance.taxes)}
    return [
        PartOfTax(code, first[code].name, first[code].rate, bases.get(code, 0), amount)
        for code, amount in amounts.items()
        if amount or bases.get(code)
    ]


def shared(balance: InvoiceBalance, amount_minor: int) -> Credited:
    """Share an amount over the lines and taxes that are left of an invoice.

    After a note that was spent in part and then voided, less is left of the lines than of the
    invoice. An amount above what is left of the lines is shared over the whole invoice.
    """
    earlier = credited_earlier(balance)
    nets, taxes = earlier.left(balance)
    if sum(nets) + sum(taxes.values()) < amount_minor:
        earlier = Earlier({}, {})
        nets, taxes = earlier.left(balance)
    if sum(nets) + sum(taxes.values()) > amount_minor:
        nets, taxes = _fitted(balance, amount_minor, earlier)
    by_line = {line.id: net for line, net in zip(balance.lines, nets, strict=True)}
    parts = [
        PartOfLine(line, CreditedLine(line_id=line.id, amount_minor=net), net, 0)
        for line, net in zip(balance.lines, nets, strict=True)
    ]
    taxed = _parts_of_tax(balance, bases_by_code(balance, by_line), taxes)
    return Credited([part for part in parts if part.gross_minor], taxed)


def _fitted(
    balance: InvoiceBalance, amount_minor: int, earlier: Earlier
) -> tuple[list[int], dict[str, int]]:
    """Return parts of the lines and taxes that add up to an amount.

    The taxes are those on the parts of the lines, within a minor unit.
    """
    nets, taxes = earlier.left(balance)
    ids = [line.id for line in balance.lines]
    about = amount_minor * sum(nets) // (sum(nets) + sum(taxes.values()))
    lowest, highest = max(0, amount_minor - sum(taxes.values())), min(amount_minor, sum(nets))
    near = {min(max(about + step, lowest), highest) for step in range(-3, 4)}

    def taxed(net: int) -> dict[str, int]:
        parts = dict(zip(ids, allocate(net, nets), strict=True))
        return taxes_of_parts(balance, earlier, parts, amount_minor - net)

    def distance(net: int) -> tuple[int, int]:
        return abs(amount_minor - net - sum(taxed(net).values())), abs(net - about)

    net = min(near, key=distance)
    return allocate(net, nets), capped(amount_minor - net, taxed(net), taxes)


def standalone(asked: Sequence[CreditedLine]) -> Credited:
    """Return the lines of a standalone note, taxed by their own rates."""
    lines = [PartOfLine(None, line, line.amount_minor, 0) for line in asked]
    taxed = tax_lines(
        [line.amount_minor for line in asked],
        [line.taxes for line in asked],
        Rounding.PER_DOCUMENT,
    )
    by_code: dict[str, PartOfTax] = {}
    for _, tax, base, amount in taxed:
        sofar = by_code.get(tax.code, PartOfTax(tax.code, tax.name, tax.rate, 0, 0))
        by_code[tax.code] = sofar._replace(
            base_minor=sofar.base_minor + base, amount_minor=sofar.amount_minor + amount
        )
    return Credited(lines, list(by_code.values()))


def cut_to_fit(balance: InvoiceBalance, command: VoidInvoice) -> VoidInvoice:
    """Return the command with credit, or else refund, lowered to what is left of the invoice.

    Only an excess within the command's tolerance is cut off; a rule refuses a larger one.
    """
    beyond = command.credit_minor + command.refund_minor - balance.creditable
    if not 0 < beyond <= command.tolerance_minor:
        return command
    if command.credit_minor:
        return replace(command, credit_minor=command.credit_minor - beyond)
    return replace(command, refund_minor=command.refund_minor - beyond)
