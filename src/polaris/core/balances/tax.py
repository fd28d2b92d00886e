"""Tax of lines: rounded once for the document, or per line, or given by the caller."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from polaris.core.commands.values import TaxRate
from polaris.core.facts.invoice import Rounding, Tax
from polaris.money import allocate, rounded

_SCALE = 10**6  # rates finer than a millionth of a percent do not exist


class Taxed(NamedTuple):
    """The amount of one tax on one line."""

    line: int  # index of the line
    tax: TaxRate
    base_minor: int
    amount_minor: int


def tax_lines(
    nets: list[int], taxes: list[tuple[TaxRate, ...]], rounding: Rounding
) -> tuple[Taxed, ...]:
    """Tax every line. `nets` are minor units after discounts, `taxes` the rates of each line.

    Per document: the unrounded sum over all codes is rounded once, half up, and shared out exactly.
    """
    asked = [
        (index, tax, net)
        for index, (net, of_line) in enumerate(zip(nets, taxes, strict=True))
        for tax in of_line
    ]
    weights = [_weight(tax, net) for _, tax, net in asked]
    shared = _per_document if rounding is Rounding.PER_DOCUMENT else _per_line
    amounts = shared([tax.code for _, tax, _ in asked], weights)
    return tuple(
        Taxed(index, tax, net, amount if tax.amount_minor is None else tax.amount_minor)
        for (index, tax, net), amount in zip(asked, amounts, strict=True)
    )


def _per_line(_codes: list[str], weights: list[int]) -> list[int]:
    return [rounded(unscaled(weight)) for weight in weights]


def _per_document(codes: list[str], weights: list[int]) -> list[int]:
    """Share one rounded total over the codes, and each code's share over its lines."""
    by_code: dict[str, list[int]] = {}
    for index, code in enumerate(codes):
        by_code.setdefault(code, []).append(index)
    totals = [sum(weights[index] for index in indexes) for indexes in by_code.values()]
    amounts = [0] * len(codes)
    for indexes, total in zip(
        by_code.values(), allocate(rounded(unscaled(sum(totals))), totals), strict=True
    ):
        shares = allocate(total, [weights[index] for index in indexes])
        for index, share in zip(indexes, shares, strict=True):
            amounts[index] = share
    return amounts


def _weight(tax: TaxRate, net: int) -> int:
    """Return the unrounded tax, scaled to a whole number; 0 for a given amount."""
    if tax.amount_minor is not None or tax.rate is None:
        return 0
    return int(tax.rate * _SCALE) * net


def unscaled(weight: int) -> Decimal:
    """Return a scaled product of a rate in percent and a base as unrounded minor units."""
    return Decimal(weight) / (_SCALE * 100)


def precise(rate: Decimal, base_minor: int) -> Decimal:
    """Return the unrounded tax, in minor units, of a base at a rate in percent."""
    return unscaled(int(rate * _SCALE) * base_minor)


def weighted_rate(taxes: Iterable[tuple[Decimal | None, int]], net: int) -> Decimal:
    """Return a document's average tax rate in percent, to five places.

    `taxes` are pairs of rate and base in minor units; a pair without a rate counts as zero.
    """
    weights = [int(rate * _SCALE) * base for rate, base in taxes if rate is not None]
    exact = Decimal(sum(weights)) / (_SCALE * (net or 1))
    return exact.quantize(Decimal("0.00001"), ROUND_HALF_UP)


def exact_tax(tax: Tax) -> Decimal:
    """Return a line's unrounded tax in minor units; a given tax is returned unchanged."""
    if tax.given:
        return Decimal(tax.amount_minor)
    return precise(tax.rate or Decimal(0), tax.base_minor)
