"""Amounts are written with the digits of ISO 4217, and read without a guess.

Babel alone would write IQD without its three digits, and a float would lose the last digit.
"""

import pytest
from babel import Locale

from polaris.console.formats import (
    UnreadableAmount,
    amount_text,
    counted,
    decimal_text,
    locale_of,
    number_text,
    plain_number,
    typed_amount,
    whole_number,
)
from polaris.money import LARGEST_MINOR

THIN, MINUS = "\u202f", "\u2212"

WRITTEN = {
    "JPY": ("1,234,567", "1.234.567", f"1{THIN}234{THIN}567", "1,234,567", "1,234,567"),
    "BHD": ("1,234.567", "1.234,567", f"1{THIN}234,567", "1,234.567", "1,234.567"),
    "IQD": ("1,234.567", "1.234,567", f"1{THIN}234,567", "1,234.567", "1,234.567"),
    "CLF": ("123.4567", "123,4567", "123,4567", "123.4567", "123.4567"),
    "USD": ("12,345.67", "12.345,67", f"12{THIN}345,67", "12,345.67", "12,345.67"),
}
"""1234567 minor units in each currency, in English, German, French, Japanese and Arabic."""
LANGUAGES = ("en", "de", "fr", "ja", "ar")


@pytest.mark.parametrize("currency", WRITTEN)
def test_an_amount_has_the_digits_of_its_currency_in_each_language(currency: str) -> None:
    written = [number_text(1_234_567, currency, Locale(language)) for language in LANGUAGES]
    assert tuple(written) == WRITTEN[currency]


def test_signs_zero_and_size_are_written_in_full() -> None:
    german, arabic = Locale("de"), Locale("ar")
    assert amount_text(-5, "USD") == f"USD\u00a0{MINUS}0.05"
    assert amount_text(-5, "USD", german) == f"USD\u00a0{MINUS}0,05"
    assert number_text(-5, "USD", arabic) == f"{MINUS}0.05"
    assert (number_text(0, "USD"), number_text(0, "JPY"), number_text(0, "BHD")) == (
        "0.00",
        "0",
        "0.000",
    )
    # A float has no room for the last digits of this one.
    assert number_text(9_007_199_254_740_993, "USD") == "90,071,992,547,409.93"


@pytest.mark.parametrize(
    ("text", "currency", "language", "minor"),
    [
        ("1234.50", "USD", "en", 123_450),
        ("1234.5", "USD", "en", 123_450),
        ("1234", "USD", "en", 123_400),
        ("  7.05 ", "USD", "en", 705),
        ("", "USD", "en", 0),
        ("1234,5", "EUR", "de", 123_450),
        ("1,234", "BHD", "de", 1_234),
        ("1.234", "BHD", "en", 1_234),
        ("0.001", "IQD", "en", 1),
        ("0,0001", "CLF", "fr", 1),
        ("1234", "JPY", "ja", 1_234),
        ("12.5", "USD", "ar", 1_250),
    ],
)
def test_a_typed_amount_is_read(text: str, currency: str, language: str, minor: int) -> None:
    assert typed_amount(text, currency, Locale(language)) == minor


@pytest.mark.parametrize(
    ("text", "currency", "language", "sample"),
    [
        ("1,234", "USD", "en", "1234.50"),  # a thousand, or one?
        ("1.234", "USD", "en", "1234.50"),  # three digits: not a cent amount
        ("1.234", "EUR", "de", "1234,50"),
        ("1.234,50", "EUR", "de", "1234,50"),
        ("12.50", "EUR", "de", "1234,50"),  # the mark of another language
        ("1 234", "EUR", "fr", "1234,50"),
        ("12.5", "JPY", "ja", "123450"),
        ("1.2345", "BHD", "en", "123.450"),
        ("-5", "USD", "en", "1234.50"),
        ("+5", "USD", "en", "1234.50"),
        ("5.", "USD", "en", "1234.50"),
        (".5", "USD", "en", "1234.50"),
        ("1e3", "USD", "en", "1234.50"),
        ("USD 5", "USD", "en", "1234.50"),
        ("٥", "USD", "ar", "1234.50"),
    ],
)
def test_what_could_mean_two_amounts_is_refused_with_a_sample(
    text: str, currency: str, language: str, sample: str
) -> None:
    with pytest.raises(UnreadableAmount) as refused:
        typed_amount(text, currency, Locale(language))
    assert str(refused.value) == f"This is not an amount in {currency}. Type it like {sample}."


def test_an_amount_above_the_largest_is_refused() -> None:
    most = plain_number(LARGEST_MINOR, "USD")
    assert typed_amount(most, "USD") == LARGEST_MINOR
    with pytest.raises(UnreadableAmount, match="too large for USD"):
        typed_amount("999999999999999", "USD")


@pytest.mark.parametrize("currency", WRITTEN)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("minor", [0, 1, 10, 99, 1_234_567])
def test_what_the_console_writes_plainly_it_reads_again(
    currency: str, language: str, minor: int
) -> None:
    locale = Locale(language)
    assert typed_amount(plain_number(minor, currency, locale), currency, locale) == minor


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB", "en_GB"),
        ("xx-YY, fr;q=0.5", "fr"),
        ("", "en"),
        ("*", "en"),
        ("../../etc/passwd", "en"),
    ],
)
def test_the_locale_is_the_first_that_the_console_writes(header: str, locale: str) -> None:
    assert str(locale_of(header)) == locale


@pytest.mark.parametrize(
    ("language", "count", "rate"),
    [
        ("en", "1,234,567", "7.25"),
        ("de", "1.234.567", "7,25"),
        ("fr", f"1{THIN}234{THIN}567", "7,25"),
    ],
)
def test_counts_and_rates_have_the_separators_of_the_language(
    language: str, count: str, rate: str
) -> None:
    assert whole_number(1_234_567, Locale(language)) == count
    assert counted(1_234_567, "invoice", "invoices", Locale(language)) == f"{count} invoices"
    assert counted(1, "invoice", "invoices", Locale(language)) == "1 invoice"
    assert decimal_text("7.2500", Locale(language)) == rate
    assert decimal_text("20", Locale(language)) == "20"
