"""The tax of parts of an invoice's lines, by tax code.

The tax of a note is the rounded tax on all that is credited, less what earlier notes gave back. So
the whole is exact however it is cut. The amount of each code is that of its rate on its base,
within a minor unit, if the invoice's own amount of the code is.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.tax import precise
from polaris.core.facts.invoice import Tax
from polaris.money import allocate, rounded


class Earlier(NamedTuple):
    """What earlier notes credit: net amounts by line id, and taxes by code, in minor units."""

    nets: Mapping[str, int]
    taxes: Mapping[str, int]

    def left(self, balance: InvoiceBalance) -> tuple[list[int], dict[str, int]]:
        """Return the net amounts that are left of the lines, in order, and the taxes by code."""
        nets = [line.net_minor - self.nets.get(line.id, 0) for line in balance.lines]
        return nets, {
            code: amount - self.taxes.get(code, 0) for code, amount in _whole(balance).items()
        }


def credited_earlier(balance: InvoiceBalance) -> Earlier:
    """Return what the notes of an invoice credit so far."""
    gross, discount, tax = balance.line_left(), balance.discount_left(), balance.tax_left()
    nets = {line.id: line.net_minor - gross[line.id] + discount[line.id] for line in balance.lines}
    return Earlier(nets, {code: amount - tax[code] for code, amount in _whole(balance).items()})


def _whole(balance: InvoiceBalance) -> dict[str, int]:
    whole: dict[str, int] = {}
    for tax in balance.taxes:
        whole[tax.code] = whole.get(tax.code, 0) + tax.amount_minor
    return whole


def bases_by_code(balance: InvoiceBalance, nets: Mapping[str, int]) -> dict[str, int]:
    """Return the net amount that each tax code taxes, of parts of lines by line id."""
    bases: dict[str, int] = {}
    for tax in balance.taxes:
        if tax.line_id in nets:
            bases[tax.code] = bases.get(tax.code, 0) + nets[tax.line_id]
    return bases


class Cumulative(NamedTuple):
    """The tax of one code on all that is credited, in minor units."""

    given_minor: int  # by earlier notes
    whole_minor: int  # of the invoice
    before: Decimal  # unrounded, on what earlier notes credit
    after: Decimal  # unrounded, with the note
    end: Decimal  # unrounded, on the whole invoice
    usual: Decimal  # unrounded as `after`, but a line that is credited whole has its own tax

    @property
    def aim(self) -> Decimal:
        """Return `after` with half of the error of the invoice's own rounding.

        So no note is further from its exact tax than the half of that error and a rounding, also
        the last one, which takes the rest.
        """
        error = self.whole_minor - self.end
        return self.after + error / 2 if abs(error) < 2 else self.after

    def choices(self) -> list[int]:
        """Return the amounts that all notes together can have given back after this one.

        For each, this note and a note for the rest are within a unit of their exact tax.
        """
        if self.after == self.end:
            return [self.whole_minor]
        roundings = (ROUND_FLOOR, ROUND_CEILING)
        near = {self._limited(int(self.aim.to_integral_value(mode))) for mode in roundings}
        return sorted(filter(self._fits, near)) or [self._limited(rounded(self.aim))]

    def _limited(self, amount_minor: int) -> int:
        return min(max(amount_minor, self.given_minor), self.whole_minor)

    def _fits(self, amount_minor: int) -> bool:
        note = amount_minor - self.given_minor - rounded(self.after - self.before)
        rest = self.whole_minor - amount_minor - rounded(self.end - self.after)
        return abs(note) <= 1 and abs(rest) <= 1


def taxes_of_parts(
    balance: InvoiceBalance,
    earlier: Earlier,
    nets: Mapping[str, int],
    total_minor: int | None = None,
) -> dict[str, int]:
    """Return the tax of parts of lines by code, in minor units. `nets` are by line id.

    Its sum is as near as possible to a given total. Without one, it is the unrounded tax of all
    codes on all that is credited, rounded once, less what was given back before.
    """
    codes = _cumulative(balance, earlier, nets)
    given = sum(code.given_minor for code in codes.values())
    usual = [code.usual for code in codes.values()]
    wanted = rounded(sum(usual, Decimal(0))) if total_minor is None else total_minor + given
    amounts = _chosen([code.choices() for code in codes.values()], usual, wanted)
    return {
        name: amount - code.given_minor
        for (name, code), amount in zip(codes.items(), amounts, strict=True)
    }


def _chosen(choices: Sequence[list[int]], usual: Sequence[Decimal], wanted: int) -> list[int]:
    """Choose the amounts nearest to the usual ones, with a sum as near as possible to `wanted`."""
    amounts = [_nearest(own, near) for own, near in zip(choices, usual, strict=True)]
    while step := (sum(amounts) < wanted) - (sum(amounts) > wanted):
        movable = [at for at, own in enumerate(choices) if amounts[at] + step in own]
        if not movable:
            break
        amounts[min(movable, key=lambda at: abs(amounts[at] + step - usual[at]))] += step
    return amounts


def _nearest(amounts: Sequence[int], exact: Decimal) -> int:
    return min(amounts, key=lambda amount: abs(amount - exact))


def _cumulative(
    balance: InvoiceBalance, earlier: Earlier, nets: Mapping[str, int]
) -> dict[str, Cumulative]:
    """Return the tax of the codes of parts of lines."""
    whole = {line.id: line.net_minor for line in balance.lines}
    after = {line_id: earlier.nets.get(line_id, 0) + nets.get(line_id, 0) for line_id in whole}
    by_code: dict[str, list[Tax]] = {code: [] for code in bases_by_code(balance, nets)}
    for tax in balance.taxes:
        by_code.get(tax.code, []).append(tax)
    return {
        code: _of_code(taxes, earlier.taxes.get(code, 0), (earlier.nets, after, whole))
        for code, taxes in by_code.items()
    }


def _of_code(
    taxes: Sequence[Tax], given_minor: int, nets: tuple[Mapping[str, int], ...]
) -> Cumulative:
    """Return one code's tax. `nets` are by line: before the note, after it, and of the invoice."""
    before, after, whole = nets
    amount = sum(tax.amount_minor for tax in taxes)
    rated = all(tax.rate is not None for tax in taxes)
    near = abs(amount - rounded(_sum(taxes, whole, _at_rate))) <= 1
    exact = _at_rate if rated and near else _in_proportion
    return Cumulative(
        given_minor=given_minor,
        whole_minor=amount,
        before=_sum(taxes, before, exact),
        after=_sum(taxes, after, exact),
        end=_sum(taxes, whole, exact),
        usual=_sum(taxes, after, _usual),
    )


def _sum(
    taxes: Sequence[Tax], nets: Mapping[str, int], exact: Callable[[Tax, int], Decimal]
) -> Decimal:
    return sum((exact(tax, nets.get(tax.line_id, 0)) for tax in taxes), Decimal(0))


def _at_rate(tax: Tax, net: int) -> Decimal:
    """Return the unrounded tax on part of a line by its rate."""
    return precise(tax.rate or Decimal(0), net)


def _in_proportion(tax: Tax, net: int) -> Decimal:
    """Return the unrounded share of a line's tax: for a given amount, or one far from its rate."""
    return Decimal(tax.amount_minor * net) / tax.base_minor if tax.base_minor else Decimal(0)


def _usual(tax: Tax, net: int) -> Decimal:
    """Return the tax of the line itself if all of it is credited, else the unrounded tax."""
    if net == tax.base_minor:
        return Decimal(tax.amount_minor)
    return (
        _at_rate(tax, net) if tax.rate is not None and not tax.given else _in_proportion(tax, net)
    )


def capped(
    amount_minor: int, weights: Mapping[str, int], left: Mapping[str, int]
) -> dict[str, int]:
    """Share an amount over tax codes by weight, at most what is left of each.

    The shares are the weights if these add up to the amount.
    """
    amount = min(max(amount_minor, 0), sum(left[code] for code in weights))
    likely = weights if any(weights.values()) else left
    shares = allocate(amount, [likely[code] for code in weights])
    limited = {code: min(share, left[code]) for code, share in zip(weights, shares, strict=True)}
    for code in limited:
        limited[code] += min(amount - sum(limited.values()), left[code] - limited[code])
    return limited
