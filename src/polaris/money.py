"""Whole numbers of minor units: rounding, splitting, printing.

Amounts are `int` minor units everywhere inside; a decimal appears only where a price or a rate
enters.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

# ISO 4217 exponents that are not 2. Printing libraries have what is customary instead.
_EXPONENTS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
_TWO_DIGITS = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
    CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL
    MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN
    PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP
    SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG
    """.split()
)
CURRENCIES = _TWO_DIGITS | _EXPONENTS.keys()

LARGEST_MINOR = 10**15
"""No single amount may exceed this, so that sums of many stay far inside 64 bits."""


def exponent(currency: str) -> int:
    """Decimal places of one unit of an ISO 4217 currency."""
    return _EXPONENTS.get(currency, 2)


def rounded(amount: Decimal) -> int:
    """A decimal count of minor units as a whole one, half away from zero."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def allocate(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weight (largest remainder, earlier shares first); the shares sum to it.

    All weights zero: everything goes to the first share. No weights: no shares.
    """
    if not weights:
        return []
    total = sum(weights)
    if not total:
        return [amount_minor, *([0] * (len(weights) - 1))]
    parts = [divmod(amount_minor * weight, total) for weight in weights]
    shares = [whole for whole, _ in parts]
    by_remainder = sorted(range(len(parts)), key=lambda index: (-parts[index][1], index))
    for index in by_remainder[: amount_minor - sum(shares)]:
        shares[index] += 1
    return shares


def printed(amount_minor: int, currency: str) -> str:
    """An amount as people read it: `1,234.50 GBP`."""
    digits = exponent(currency)
    return f"{Decimal(amount_minor).scaleb(-digits):,.{digits}f} {currency}"
