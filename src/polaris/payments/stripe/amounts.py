"""Amounts as Stripe writes them. Its decimal places differ from ISO 4217 in some currencies."""

from polaris.money import exponent

_ZERO_DECIMALS = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


class NotExact(Exception):
    """Stripe cannot take this amount exactly."""


def stripe_decimals(currency: str) -> int:
    """Return the decimal places in which Stripe writes amounts of a currency.

    Stripe writes ISK and UGX with two decimal places, which are always zero.
    """
    if currency in _ZERO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def to_stripe(amount_minor: int, currency: str) -> int:
    """Return the amount in Stripe's units. Raises NotExact; it never rounds."""
    amount = _scaled(amount_minor, stripe_decimals(currency) - exponent(currency))
    if amount is None:
        raise NotExact(f"Stripe has fewer decimal places in {currency} than this amount needs.")
    if currency in _THREE_DECIMALS and amount % 10:
        raise NotExact(f"Stripe takes amounts in {currency} only with a last digit of zero.")
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """Return an amount of Stripe in minor units. Raises NotExact; it never rounds."""
    amount_minor = _scaled(amount, exponent(currency) - stripe_decimals(currency))
    if amount_minor is None:
        raise NotExact(f"Stripe reports a part of the smallest unit of {currency}.")
    return amount_minor


def _scaled(amount: int, decimals: int) -> int | None:
    """Return the amount with this many decimal places more; None if a remainder would be lost."""
    if decimals >= 0:
        return int(amount * 10**decimals)
    whole, rest = divmod(amount, int(10**-decimals))
    return None if rest else whole
