"""How the values of a body are read: one policy for all dialects, strict where money depends on it.

A value is accepted only if everybody reads it in the same way; any other value makes the body
invalid, and nothing is changed. A dialect declares the types of its fields with the names below. It
may be stricter than the policy where its vendor is, but never more lenient. `POLICY` is the same in
words, for the reference.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

T = TypeVar("T")

LARGEST_WHOLE = 2**62
"""More than any amount in minor units; the core has the real limit of each value."""

MOST_DIGITS = 20
"""Of a decimal, on each side of its decimal point."""

UNKNOWN, TOO_LARGE = "extra_forbidden", "number_too_large"
"""The kinds of a `Problem`: a key that the body does not know, and a number that is too large."""

_WHOLE = re.compile(r"-?[0-9]{1,400}")
_DECIMAL = re.compile(r"-?([0-9]+)(\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    rf"{_DATE.pattern}([T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.,][0-9]{{1,9}})?)?"
    r"( ?(Z|[+-][0-9]{2}:?[0-9]{2}))?)?"
)
_WORDS = {
    **dict.fromkeys(("true", "t", "1", "on"), True),
    **dict.fromkeys(("false", "f", "0", "off"), False),
}


# ---------------------------------------------------------------- reading one value


def read_integer(value: object) -> int:
    """Return a JSON integer. Raises ValueError for everything else, also for 12.0 and true."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("it must be an integer")
    return value


def read_whole(value: object) -> int:
    """Return a JSON integer, or an integer that is written as digits. Raises ValueError."""
    if not isinstance(value, str):
        return read_integer(value)
    if not _WHOLE.fullmatch(value):
        raise ValueError("it must be an integer, without a decimal point or an exponent")
    return int(value)


def read_decimal(value: object) -> Decimal:
    """Return a JSON number or a decimal that is written as text, like "12.50". Raises ValueError.

    Each side of the decimal point has at most 20 digits. A text must not have an exponent.
    """
    if not isinstance(value, str | int | float | Decimal) or isinstance(value, bool):
        raise ValueError("it must be a number")
    exact = Decimal(repr(value)) if isinstance(value, float) else value
    text = exact if isinstance(exact, str) else format(exact, "f")
    plain = _DECIMAL.fullmatch(text)
    if plain is None:
        raise ValueError("it must be a plain decimal number")
    if max(len(plain[1]), len(plain[2] or ".") - 1) > MOST_DIGITS:
        raise PydanticCustomError(TOO_LARGE, "the number has too many digits")
    return Decimal(text)


def read_date(value: object) -> date:
    """Return an ISO date that exists, like "2026-02-28". Raises ValueError."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("it must be a date like 2026-02-28")
    return date.fromisoformat(value)


def read_time(value: object, zone: tzinfo = UTC) -> datetime:
    """Return an ISO time as UTC. A date alone means its first moment. Raises ValueError.

    A date or a time that names no time zone is in `zone`.
    """
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError("it must be a time like 2026-02-28T14:30:00Z, or a date")
    at = datetime.fromisoformat(value.replace(" Z", "Z").replace(" +", "+").replace(" -", "-"))
    try:
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is out of range") from None


def read_boolean(value: object) -> bool:
    """Return a JSON boolean, or one that is written as 1 or 0, "true" or "false", "t" or "f",
    "on" or "off". Raises ValueError."""
    text = str(value).lower() if isinstance(value, bool | int | str) else ""
    if text not in _WORDS:
        raise ValueError("it must be true or false")
    return _WORDS[text]


# ---------------------------------------------------------------- types of fields


def nullable(read: Callable[[object], T]) -> Callable[[object], T | None]:
    """Return a reader that accepts null as well, for fields in which null means "not given"."""
    return lambda value: None if value is None else read(value)


def read_limited(value: object) -> int:
    """Return a whole number like `read_whole`. Raises ValueError also if it is far too large."""
    whole = read_whole(value)
    if abs(whole) > LARGEST_WHOLE:
        raise PydanticCustomError(TOO_LARGE, "the number is too large")
    return whole


Whole = Annotated[int, BeforeValidator(read_limited)]
Boolean = Annotated[bool, BeforeValidator(read_boolean)]
MaybeWhole = Annotated[int | None, BeforeValidator(nullable(read_limited))]
MaybeDecimal = Annotated[Decimal | None, BeforeValidator(nullable(read_decimal))]
MaybeBoolean = Annotated[bool | None, BeforeValidator(nullable(read_boolean))]


class Closed(BaseModel):
    """A body, or a part of one, that is refused if it has an unknown key.

    The calls that cannot be undone use it: in them a misspelt field would be lost for good.
    """

    model_config = ConfigDict(extra="forbid")


class Fields(BaseModel):
    """The body of a call on an existing row. As it stands, it is that of a call without fields.

    The route refuses `unknown` keys itself, once it knows that the row exists.
    """

    model_config = ConfigDict(extra="allow")

    @property
    def unknown(self) -> list[str]:
        """The keys of the body, in order."""
        return list(self.model_extra or {})


def readable(read: Callable[[Any], T], value: object) -> T | None:
    """Return what `read` returns, or None if the value cannot be read."""
    try:
        return read(value)
    except ValueError:
        return None


# ---------------------------------------------------------------- the policy in words


class Reading(NamedTuple):
    """How one kind of value is read, in words."""

    kind: str
    accepted: str
    refused: str


POLICY = (
    Reading(
        "An amount or another whole number",
        'a JSON integer, or its digits as text: `120`, `"120"`, `-5`',
        '`12.0`, `"120.00"`, `"1e3"`, `"abc"`, `""`, `true`, lists, objects',
    ),
    Reading(
        "A decimal (rates, units, credits)",
        'a JSON number, or plain decimal text: `12.5`, `"12.50"`; at most 20 digits on each side',
        '`"1e3"`, `NaN`, `"1,5"`, `true`, lists, objects',
    ),
    Reading(
        "A date",
        "a day that exists, as `2026-02-28`",
        "`2026-02-30`, `20260228`, `28.02.2026`, a number",
    ),
    Reading(
        "A time",
        "a date, or an ISO 8601 time with or without a zone: `2026-02-28T14:30:00+01:00`",
        "words, numbers, week dates, days or hours that do not exist",
    ),
    Reading(
        "A boolean",
        '`true`, `false`, `1`, `0`, and `"true"`, `"false"`, `"t"`, `"f"`, `"on"`, `"off"`, `"1"`,'
        ' `"0"` as text',
        '`"maybe"`, `"yes"`, `"no"`, `""`, `2`, lists, objects',
    ),
)
"""For the pages of the dialects."""
