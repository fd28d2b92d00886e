"""HighLevel's formats of ids, times and numbers."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from polaris.money import exponent

ID_DIGITS = 24
"""An id of the vendor: hexadecimal digits."""

Number = int | float | msgspec.Raw
"""A number to be written as JSON."""

_EXACT = 2**53
_SMALLEST_PLAIN = Decimal("0.000001")
_SMALLEST_FLOAT = Decimal("0.0001")


def short_id(row_id: str) -> str:
    """Return a row's id as the vendor writes ids: its first 24 hexadecimal digits."""
    return row_id.replace("-", "")[:ID_DIGITS]


def stamp(at: datetime) -> str:
    """Return a time in UTC with milliseconds."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def number(exact: Decimal) -> Number:
    """Return a number that is written exactly as JavaScript writes it.

    A receiver that parses a webhook's body and writes it again must get the same bytes, because
    they are signed. Whole numbers have no decimal point.
    """
    if abs(exact) <= _EXACT and exact == exact.to_integral_value():
        return int(exact)
    nearest = float(exact)
    if _SMALLEST_FLOAT <= abs(exact) <= _EXACT or abs(exact) < _SMALLEST_PLAIN:
        return nearest
    # JavaScript writes these without an exponent, the JSON library with one.
    return msgspec.Raw(format(Decimal(repr(nearest)), "f").removesuffix(".0").encode())


def major(amount_minor: Decimal | int, currency: str) -> Number:
    """Return an amount of minor units in major units of its currency."""
    return number(Decimal(amount_minor).scaleb(-exponent(currency)))
