"""Amounts, days and times as an operator reads and types them.

Languages write numbers differently, so every function takes a locale. Amounts use the exponents of
ISO 4217, from `polaris.money`, because Babel's digits differ from it for some currencies.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale, negotiate_locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, get_decimal_symbol

from polaris.money import LARGEST_MINOR, exponent

DEFAULT_LOCALE = Locale("en")
LOCALES = "en en_GB de fr es it nl pt sv da pl cs ja ko zh ar".split()
"""The locales whose numbers and dates the console can write. Its words are English."""


class UnreadableAmount(ValueError):
    """A typed amount is not a number of the currency; the message says what to type."""


def locale_of(accept_language: str) -> Locale:
    """Return the first locale of an Accept-Language header that the console can write."""
    wanted = [part.partition(";")[0].strip() for part in accept_language.split(",")]
    try:
        # Babel writes `en_GB` for what a browser calls `en-GB`.
        found = negotiate_locale([one.replace("-", "_") for one in wanted if one], LOCALES)
        return Locale.parse(found) if found else DEFAULT_LOCALE
    except (ValueError, UnknownLocaleError):
        return DEFAULT_LOCALE


def number_text(amount_minor: int, currency: str, locale: Locale = DEFAULT_LOCALE) -> str:
    """Return an amount without its currency: `1,234.50`, with a real minus sign."""
    digits = exponent(currency)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    value = Decimal(amount_minor).scaleb(-digits)
    return format_decimal(value, pattern, locale).replace("-", "\N{MINUS SIGN}")


def amount_text(amount_minor: int, currency: str, locale: Locale = DEFAULT_LOCALE) -> str:
    """Return an amount with its currency: `USD 1,234.50`."""
    return f"{currency}\N{NO-BREAK SPACE}{number_text(amount_minor, currency, locale)}"


def whole_number(value: int, locale: Locale = DEFAULT_LOCALE) -> str:
    """Return a count, with the separators of the locale: `1,234`."""
    return format_decimal(value, "#,##0", locale)


def counted(value: int, one: str, many: str, locale: Locale = DEFAULT_LOCALE) -> str:
    """Return a count with its noun: `1 invoice`, `1,234 invoices`."""
    return f"{whole_number(value, locale)} {one if value == 1 else many}"


def decimal_text(value: Decimal | str, locale: Locale = DEFAULT_LOCALE) -> str:
    """Return a quantity or a rate with all its digits and no trailing zeros: `19`, `7.25`."""
    exact = Decimal(value).normalize()
    return format_decimal(exact, "#,##0.#", locale, decimal_quantization=False)


def plain_number(amount_minor: int, currency: str, locale: Locale = DEFAULT_LOCALE) -> str:
    """Return an amount as an operator would type it, without grouping: `1234.50`."""
    digits = exponent(currency)
    text = f"{Decimal(amount_minor).scaleb(-digits):.{digits}f}"
    return text.replace(".", get_decimal_symbol(locale))


def typed_amount(text: str, currency: str, locale: Locale = DEFAULT_LOCALE) -> int:
    """Return typed major units as minor units; an empty text is 0.

    Only the decimal mark of the locale counts, and groups are refused: nobody can say whether
    `1.234` means one or a thousand. Raises UnreadableAmount.
    """
    digits, mark = exponent(currency), get_decimal_symbol(locale)
    fraction = rf"(?:{re.escape(mark)}([0-9]{{1,{digits}}}))?" if digits else "()"
    found = re.fullmatch(rf"([0-9]{{1,15}}){fraction}", text.strip() or "0")
    if found is None:
        sample = plain_number(123450, currency, locale)
        raise UnreadableAmount(f"This is not an amount in {currency}. Type it like {sample}.")
    minor = int(found[1] + (found[2] or "").ljust(digits, "0"))
    if minor > LARGEST_MINOR:
        raise UnreadableAmount(f"This amount is too large for {currency}.")
    return minor


def day_text(value: date | None, locale: Locale = DEFAULT_LOCALE) -> str:
    """Return a day: `Nov 28, 2026`; an empty text for None."""
    return format_date(value, "medium", locale) if value else ""


def moment_text(value: datetime | None, timezone: str, locale: Locale = DEFAULT_LOCALE) -> str:
    """Return a time in a time zone, to the second; an empty text for None."""
    if value is None:
        return ""
    return format_datetime(value.astimezone(ZoneInfo(timezone)), "medium", locale=locale)
