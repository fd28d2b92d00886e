"""Money as whole numbers of minor units: rounding, splitting, printing.

Amounts are `int` minor units everywhere in Polaris. Decimals appear only in prices, quantities
and rates.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

# ISO 4217 exponents that are not 2. Formatting libraries use customary digits instead.
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
"""The largest amount, in minor units, so that sums of many amounts fit into 64 bits."""


def exponent(currency: str) -> int:
    """Return the number of decimal places of an ISO 4217 currency."""
    return _EXPONENTS.get(currency, 2)


def rounded(amount: Decimal) -> int:
    """Return minor units rounded to a whole number, half away from zero."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def allocate(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weight; the shares add up to it.

    Units that are left over go to the largest remainders, the earlier share first. If all weights
    are zero, the first share gets everything. Without weights there are no shares.
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


def share_out(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weight so that no share falls when the amount grows.

    So an amount that is taken in parts is shared as if it were taken at once: each part gets the
    difference to what was shared before. The shares add up to the amount, and are the weights if
    it is their sum. `allocate` comes closer to the exact values, but its shares can fall.
    """
    # Webster's method: each unit goes to the largest weight / (2 * share + 1).
    total = sum(weights)
    if not total:
        return allocate(amount_minor, weights)
    shares = [(2 * amount_minor * weight + total) // (2 * total) for weight in weights]
    indexes = range(len(shares))
    while (more := amount_minor - sum(shares)) > 0:
        shares[max(indexes, key=lambda i: (Fraction(weights[i], 2 * shares[i] + 1), -i))] += 1
    while more < 0:
        some = (i for i in indexes if shares[i])
        shares[min(some, key=lambda i: (Fraction(weights[i], 2 * shares[i] - 1), -i))] -= 1
        more += 1
    return shares


def printed(amount_minor: int, currency: str) -> str:
    """Return an amount for people to read: `1,234.50 GBP`."""
    digits = exponent(currency)
    return f"{Decimal(amount_minor).scaleb(-digits):,.{digits}f} {currency}"
