"""Values as Lago casts them: hardly anything is refused, much is taken for no or for zero."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Request
from msgspec import UNSET
from pydantic import BaseModel, BeforeValidator

from polaris.api.paging import Page, bracketed, page_of
from polaris.core.commands.base import Given
from polaris.dialects.lago.errors import MANDATORY, invalid

FALSE = frozenset({"", "0", "f", "F", "false", "FALSE", "off", "OFF"})
WHOLE = re.compile(r"\s*([+-]?[0-9](?:_?[0-9]){0,40})")
"""What a number begins with; forty digits are more than any amount."""
LARGEST = 2**62
"""More than any amount."""
USUAL_PAGE, LARGEST_PAGE = 100, 1000
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


def parse_date(value: str | None) -> date | None:
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


def parse_time(value: str | None) -> datetime | None:
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
Day = Annotated[date | None, BeforeValidator(parse_date)]


# ---------------------------------------------------------------- what is given and what is not


def require_fields(asked: BaseModel, *names: str) -> None:
    """Check that what is new has these fields. Raises LagoError, naming all that are missing."""
    missing = (name for name in names if getattr(asked, name) in (None, ""))
    if details := {name: [MANDATORY] for name in missing}:
        raise invalid(**details)


def text_change(asked: BaseModel, name: str) -> Given[str | None]:
    """A text as a command takes it: null or an empty text takes it away, else it stays."""
    text: str | None = getattr(asked, name)
    return text or None if name in asked.model_fields_set else UNSET


# ---------------------------------------------------------------- lists


class Paging(Page):
    """Which page of a list is asked for."""

    def meta(self, total: int) -> dict[str, int | None]:
        """What a list says of its pages."""
        on_it = self if total else self._replace(page=0)
        return {
            "current_page": on_it.page,
            "next_page": on_it.following(total),
            "prev_page": on_it.previous(),
            "total_pages": on_it.pages(total),
            "total_count": total,
        }


def paging(page: str | None = None, per_page: str | None = None) -> Paging:
    """The page asked for; what is no number of a page is the first one."""
    return Paging(*page_of(whole(page), whole(per_page), USUAL_PAGE, LARGEST_PAGE))


Paged = Annotated[Paging, Depends(paging)]


def metadata(request: Request) -> dict[str, object]:
    """`metadata[key]=value` as filters: pairs that must be there, and keys that must not."""
    asked = list(bracketed(request, "metadata"))
    present = [msgspec.json.encode({key: value}).decode() for key, value in asked if value]
    return {
        "metadata": present or None,
        "metadata_without": [key for key, value in asked if not value] or None,
    }
