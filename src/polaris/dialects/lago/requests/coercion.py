"""Values as Lago casts them: hardly anything is refused, much is taken for no or for zero."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Any, NamedTuple

import msgspec
from fastapi import Depends, Request
from msgspec import UNSET
from pydantic import BaseModel, BeforeValidator

from polaris.core.commands.base import Given
from polaris.dialects.lago.errors import MANDATORY, invalid

FALSE = frozenset({"", "0", "f", "F", "false", "FALSE", "off", "OFF"})
WHOLE = re.compile(r"\s*([+-]?[0-9](?:_?[0-9]){0,40})")
"""What a number begins with; forty digits are more than any amount."""
METADATA = re.compile(r"metadata\[([^\]]+)\]")
LARGEST = 2**62
"""More than any amount."""
LARGEST_PAGE = 1000
"""Lago has no limit; a page of ours has one."""


def truth(value: Any) -> bool:
    """A yes or no: a few words and zero are no, everything else is yes."""
    return value not in FALSE if isinstance(value, str) else bool(value)


def whole(value: Any) -> int:
    """A whole number, cut off; 0 for what is none. Of a text what it begins with counts."""
    if isinstance(value, str):
        found = WHOLE.match(value)
        return int(found[1]) if found else 0
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


def day(value: str | None) -> date | None:
    """A day; none for what is none."""
    try:
        return date.fromisoformat(value[:10]) if value else None
    except ValueError:
        return None


def flag(value: Any) -> bool | None:
    """A yes or no to filter by; none when nothing is said."""
    return None if value in (None, "") else truth(value)


def cents(value: Any) -> int | None:
    """An amount to filter by; none when nothing is said."""
    return None if value in (None, "") else max(-LARGEST, min(whole(value), LARGEST))


def moment(value: str | None) -> datetime | None:
    """A time, in UTC when it names no zone; a day is its beginning. Raises ValueError."""
    if not value:
        return None
    at = datetime.fromisoformat(value)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def maybe(value: Any) -> bool | None:
    """A yes or no, where null says nothing."""
    return None if value is None else truth(value)


Truth = Annotated[bool, BeforeValidator(truth)]
MaybeTruth = Annotated[bool | None, BeforeValidator(maybe)]
Whole = Annotated[int, BeforeValidator(whole)]
Flag = Annotated[bool | None, BeforeValidator(flag)]
Cents = Annotated[int | None, BeforeValidator(cents)]
Day = Annotated[date | None, BeforeValidator(day)]


# ---------------------------------------------------------------- what is given and what is not


def demanded(asked: BaseModel, *names: str) -> None:
    """Check that what is new has these fields. Raises LagoError, naming all that are missing."""
    missing = (name for name in names if getattr(asked, name) in (None, ""))
    if details := {name: [MANDATORY] for name in missing}:
        raise invalid(**details)


def cleared(asked: BaseModel, name: str) -> Given[str | None]:
    """A text as a command takes it: null or an empty text takes it away, else it stays."""
    text: str | None = getattr(asked, name)
    return text or None if name in asked.model_fields_set else UNSET


# ---------------------------------------------------------------- lists


class Paging(NamedTuple):
    """Which page of a list is asked for, from 1."""

    page: int
    per_page: int

    @property
    def offset(self) -> int:
        """How many come before it."""
        return (self.page - 1) * self.per_page

    def meta(self, total: int) -> dict[str, int | None]:
        """What a list says of its pages."""
        pages = -(-total // self.per_page)
        current = self.page if total else 0
        return {
            "current_page": current,
            "next_page": current + 1 if current < pages else None,
            "prev_page": current - 1 if current > 1 else None,
            "total_pages": pages,
            "total_count": total,
        }


def paging(page: str | None = None, per_page: str | None = None) -> Paging:
    """The page asked for; what is no number of a page is the first one."""
    asked = whole(per_page)
    size = min(asked, LARGEST_PAGE) if asked > 0 else 100
    return Paging(min(max(whole(page), 1), 10**9), size)


Paged = Annotated[Paging, Depends(paging)]


def many(request: Request, *names: str) -> list[str]:
    """Every value of a parameter, written `name=a`, `name[]=a&name[]=b` or `name=a&name=b`."""
    keys: Iterable[str] = (key for name in names for key in (name, f"{name}[]"))
    return [value for key in keys for value in request.query_params.getlist(key) if value]


def metadata(request: Request) -> dict[str, object]:
    """`metadata[key]=value` as filters: pairs that must be there, and keys that must not."""
    asked = pairs_of(request)
    present = [msgspec.json.encode({key: value}).decode() for key, value in asked if value]
    return {
        "metadata": present or None,
        "metadata_without": [key for key, value in asked if not value] or None,
    }


def pairs_of(request: Request) -> list[tuple[str, str]]:
    """Every `metadata[key]=value` of the query, as key and value."""
    return [
        (found[1], value)
        for name, value in request.query_params.multi_items()
        if (found := METADATA.fullmatch(name))
    ]
