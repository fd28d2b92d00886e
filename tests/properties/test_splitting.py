"""Splitting, rounding and taxing never create or lose a minor unit."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from polaris.core.balances.tax import tax_lines
from polaris.core.commands.values import TaxRate
from polaris.core.facts.invoice import Rounding
from polaris.money import LARGEST_MINOR, allocate, rounded

AMOUNTS = st.integers(0, LARGEST_MINOR)
WEIGHTS = st.lists(st.integers(0, 10**12), max_size=8)
RATES = st.decimals(0, 100, places=4, allow_nan=False, allow_infinity=False)


@given(AMOUNTS, WEIGHTS.filter(bool))
def test_shares_sum_to_the_amount(amount: int, weights: list[int]) -> None:
    assert sum(allocate(amount, weights)) == amount


@given(AMOUNTS, WEIGHTS.filter(any))
def test_a_share_is_its_part_of_the_amount_to_within_one(amount: int, weights: list[int]) -> None:
    total = sum(weights)
    for share, weight in zip(allocate(amount, weights), weights, strict=True):
        assert abs(share * total - amount * weight) < total


@given(WEIGHTS.filter(any), st.data())
def test_no_share_is_above_its_weight_when_the_weights_suffice(
    weights: list[int], data: st.DataObject
) -> None:
    """So no part gives back more than what is left of it."""
    amount = data.draw(st.integers(0, sum(weights)))
    assert all(
        share <= weight for share, weight in zip(allocate(amount, weights), weights, strict=True)
    )


@given(WEIGHTS.filter(any))
def test_splitting_the_whole_gives_each_its_weight(weights: list[int]) -> None:
    assert allocate(sum(weights), weights) == weights


@given(AMOUNTS)
def test_weights_of_nothing_give_everything_to_the_first(amount: int) -> None:
    assert allocate(amount, [0, 0, 0]) == [amount, 0, 0]
    assert allocate(0, []) == []


@given(AMOUNTS, st.integers(1, 10**6))
def test_rounding_is_half_away_from_zero(amount: int, part: int) -> None:
    exact = Decimal(amount) + Decimal(part) / 10**6
    assert rounded(exact) == amount + (part >= 500_000)
    assert rounded(-exact) == -rounded(exact)


LINES = st.lists(st.tuples(st.integers(0, 10**9), RATES), min_size=1, max_size=6)


def rates(lines: list[tuple[int, Decimal]]) -> list[tuple[TaxRate, ...]]:
    """Return one tax per line, each with its own code."""
    return [(TaxRate(code=str(rate), name="TAX", rate=rate),) for _, rate in lines]


@given(LINES)
def test_tax_of_a_document_is_its_exact_sum_rounded_once(lines: list[tuple[int, Decimal]]) -> None:
    """Each line's share differs from its exact tax by less than two minor units."""
    rows = tax_lines([net for net, _ in lines], rates(lines), Rounding.PER_DOCUMENT)
    exact = [Decimal(net) * rate / 100 for net, rate in lines]
    assert sum(row.amount_minor for row in rows) == rounded(sum(exact, Decimal(0)))
    for row, own in zip(rows, exact, strict=True):
        assert abs(row.amount_minor - own) < 2


@given(LINES)
def test_tax_of_lines_is_each_rounded(lines: list[tuple[int, Decimal]]) -> None:
    rows = tax_lines([net for net, _ in lines], rates(lines), Rounding.PER_LINE)
    assert [row.amount_minor for row in rows] == [
        rounded(Decimal(net) * rate / 100) for net, rate in lines
    ]
