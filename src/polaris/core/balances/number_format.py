"""Number formats: which are possible, and which numbers they can produce."""

import re
from collections.abc import Iterator, Mapping
from string import Formatter

LONGEST_FORMAT = 100
NEXT, CUSTOMER, INVOICE = "next", "customer", "invoice"
_WIDTH = re.compile(r"(0?[1-9]\d?)?")


def possible(form: str, *owners: str) -> bool:
    """True if this number format is valid: it has {next}, and otherwise only these owners.

    It has no space around it. Between two placeholders stands a character that is not a digit.
    Otherwise two owners could get the same number, as 10 and 11 would for the customers 101 and 1.
    """
    try:
        parts = list(Formatter().parse(form))
    except ValueError:  # a single brace
        return False
    fields = [part for part in parts if part[1] is not None]
    known = all(
        not conversion
        and (_WIDTH.fullmatch(width or "") if name == NEXT else name in owners and not width)
        for _, name, width, conversion in fields
    )
    counted = NEXT in placeholders(form)
    separate = all(re.search(r"\D", literal) for literal, *_ in fields[1:])
    visible = form.isprintable() and form == form.strip()  # or two numbers could look alike
    return known and counted and separate and visible and len(form) <= LONGEST_FORMAT


def placeholders(form: str) -> set[str]:
    """Return the names of the placeholders of a possible format."""
    return {name for _, name, _, _ in Formatter().parse(form) if name is not None}


def pattern(form: str, captured: str = NEXT, known: Mapping[str, str] | None = None) -> str:
    """Return a regular expression for all numbers that a possible format produces.

    It captures the text of one placeholder. `known` gives expressions for placeholders that have
    only some values. Python and PostgreSQL read the expression alike.
    """
    return f"^{''.join(_parts(form, captured, known or {}))}$"


def _parts(form: str, captured: str, known: Mapping[str, str]) -> Iterator[str]:
    group = "("
    for literal, name, width, _ in Formatter().parse(form):
        yield re.escape(literal)
        if name is None:
            continue
        yield group if name == captured else "(?:"
        yield f"{known.get(name) or _texts(name, width or '')})"
        if name == captured:
            group = "(?:"  # a placeholder that stands twice is captured once


def _texts(name: str, width: str) -> str:
    """Return the expression for the texts that a placeholder can become."""
    if name == INVOICE:
        return ".*"  # an invoice of long ago may have no number
    if name == CUSTOMER:
        return _digits(3)
    return _digits(int(width)) if width.startswith("0") else " *[1-9][0-9]*"


def _digits(width: int) -> str:
    """Return the expression for numbers with leading zeros up to this width."""
    return f"[0-9]{{{width}}}|[1-9][0-9]{{{width},}}"


def position(form: str, number: str) -> int | None:
    """Return the position in its series of a number, or None if the format cannot produce it."""
    found = re.fullmatch(pattern(form), number)
    return int(found[1]) if found else None


def overlap(invoices: str, notes: str) -> bool:
    """True if an invoice and a credit note could get the same number from these two formats."""
    without_anchors = pattern(invoices, captured="")[1:-1]
    as_notes = pattern(notes, known={INVOICE: without_anchors})
    given = _samples(invoices, "")
    noted = [number for one in given for number in _samples(notes, one)]
    return any(re.fullmatch(as_notes, number) for number in given) or any(
        re.fullmatch(pattern(invoices), number) for number in noted
    )


def _samples(form: str, invoice: str) -> list[str]:
    """Return the numbers of a format at a small and at a large position."""
    return [form.format(next=n, customer=f"{n:03}", invoice=invoice) for n in (1, 12345678)]
