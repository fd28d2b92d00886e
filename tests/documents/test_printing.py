"""How words, figures and dates are printed."""

from datetime import date
from decimal import Decimal

import pytest

from documents.paper import described, usual
from polaris.documents import Line
from polaris.documents.printing import money, number, printed, words
from polaris.money import CURRENCIES


@pytest.mark.parametrize(
    ("amount_minor", "currency", "said"),
    [
        (123450, "EUR", "€1,234.50"),
        (-123450, "USD", "-$1,234.50"),
        (0, "GBP", "£0.00"),
        (1234, "JPY", "¥1,234"),
        (1234, "CHF", "CHF\u00a012.34"),
        (1234567, "KWD", "KWD\u00a01,234.567"),
        (1234567, "CLF", "CLF\u00a0123.4567"),
        (123456, "HUF", "HUF\u00a01,234.56"),  # customary: none; ISO 4217: two
        (10**15, "EUR", "€10,000,000,000,000.00"),
    ],
)
def test_money_has_the_digits_of_our_own_table(amount_minor: int, currency: str, said: str) -> None:
    assert money(amount_minor, currency) == said


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_every_currency_keeps_its_figures(currency: str) -> None:
    said = money(-1_234_567, currency)
    assert [character for character in said if character.isdecimal()] == list("1234567")
    assert said.startswith("-")


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [
        ("2", 0, "2"),
        ("2.50", 0, "2.5"),
        ("1284031.5", 0, "1,284,031.5"),
        ("1E+3", 0, "1,000"),
        ("499", 2, "499.00"),
        ("0.000125", 2, "0.000125"),
        (
            "12345678901234567890.12345678901234567891",
            0,
            "12,345,678,901,234,567,890.12345678901234567891",
        ),
    ],
)
def test_a_number_is_neither_rounded_nor_padded(value: str, digits: int, said: str) -> None:
    assert number(Decimal(value), digits) == said


def test_the_finest_price_keeps_its_last_digit() -> None:
    line = Line(description="x", unit_price=Decimal("1E-20"), amount_minor=0)
    assert printed(usual(lines=(line,))).rows == [["x", "0.0000000000000000000001", "0.00"]]


def test_prices_and_amounts_are_printed_in_units_of_the_currency() -> None:
    facts = printed(usual())
    assert facts.headings == ["Description", "Quantity", "Unit price", "Amount EUR"]
    assert facts.rows == [
        ["Calls", "1,284,031.5", "0.000125", "160.50"],
        ["Training", "2", "0.05", "0.10"],
        ["Goodwill", "", "", "-50.00"],
    ]


def test_a_column_that_no_line_needs_is_left_out() -> None:
    assert printed(described("Goodwill")).headings == ["Description", "Amount EUR"]
    assert printed(usual(lines=())).headings == ["Description", "Amount EUR"]


def test_what_is_not_known_is_not_mentioned() -> None:
    assert printed(usual(due_date=None, references=(("Order", ""),))).facts == [
        ("Issued", "22 November 2026")
    ]
    assert printed(usual(number=None)).name == "Invoice"


@pytest.mark.parametrize(
    ("mark", "marked_on", "said"),
    [
        ("VOID", date(2026, 3, 1), "VOID · 1 March 2026"),
        ("VOID", None, "VOID"),
        ("DRAFT", None, "DRAFT"),
        (None, None, ""),
    ],
)
def test_a_mark_is_said_with_its_date(mark: str, marked_on: date | None, said: str) -> None:
    assert printed(usual(mark=mark, marked_on=marked_on)).marked == said


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plain", "plain"),
        ("one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        ("a\tb", "a b"),
        ("a\x00b\x07c\x1b[0m\x7f\x85", "abc[0m"),
        ("half \ud83d a pair", "half  a pair"),
        ("private \ue000, none \uffff", "private , none "),
        ("pay \u202e001\u202c", "pay 001"),
        ("\u2066isolated\u2069", "isolated"),
        ("שלום \u200f👩\u200d👧 日本", "שלום \u200f👩\u200d👧 日本"),
    ],
)
def test_words_lose_only_what_cannot_be_printed_or_misleads(text: str, kept: str) -> None:
    assert words(text) == kept
