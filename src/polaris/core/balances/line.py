"""What a line amounts to, before discount and tax."""

from decimal import Decimal

from polaris.core.commands.values import NewLine
from polaris.money import LARGEST_MINOR, rounded

_FINEST = 20  # decimal places, and digits before the point


def gross_of(line: NewLine) -> int:
    """A line's amount before discount and tax; a rule refuses one too large to count."""
    if line.amount_minor is not None:
        return line.amount_minor
    price = line.unit_price or Decimal(0)
    if not (countable(line.quantity) and countable(price)):
        return LARGEST_MINOR + 1
    exact = line.quantity * price
    return rounded(exact) if abs(exact) <= LARGEST_MINOR else LARGEST_MINOR + 1


def countable(number: Decimal) -> bool:
    """Whether a decimal can be reckoned with and kept: finite, not huge, not too fine."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and -_FINEST <= exponent <= number.adjusted() <= _FINEST
