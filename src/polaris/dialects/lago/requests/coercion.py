"""Filters and pages of lists, and times in bodies.

The values of bodies are read by the policy of `api.coercion`. The filters of a list change nothing,
so they are converted as Lago does: few are refused, and many are read as false or as zero.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from fastapi import Depends, Request
from msgspec import UNSET
from pydantic import BaseModel, BeforeValidator

from polaris.api.coercion import read_time
from polaris.api.paging import Page, bracketed_pairs, page_of
from polaris.core.commands.base import Given
from polaris.dialects.lago.errors import MANDATORY, invalid

FALSE = frozenset({"", "0", "f", "F", "false", "FALSE", "off", "OFF"})
WHOLE = re.compile(r"\s*([+-]?[0-9](?:_?[0-9]){0,40})")
"""The leading digits of a text; forty digits are more than any amount."""
LARGEST = 2**62
"""More than any amount, in minor units."""
USUAL_PAGE, LARGEST_PAGE = 100, 1000
"""Rows on a page. Lago has no largest page; Polaris has one."""


def truth(value: Any) -> bool:
    """Return False for a few words and for zero, True for everything else, as a filter."""
    return value not in FALSE if isinstance(value, str) else bool(value)


def whole(value: Any) -> int:
    """Return a filter as a whole number, cut off; of a text its leading digits, else 0."""
    if isinstance(value, str):
        found = WHOLE.match(value)
        return int(found[1]) if found else 0
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


def parse_date(value: str | None) -> date | None:
    """Return the ISO date that a text begins with, or None if there is none."""
    try:
        return date.fromisoformat(value[:10]) if value else None
    except ValueError:
        return None


def flag(value: Any) -> bool | None:
    """Return a boolean to filter by, or None for null and for an empty text."""
    return None if value in (None, "") else truth(value)


def cents(value: Any) -> int | None:
    """Return an amount to filter by, minor units, or None for null and empty texts."""
    return None if value in (None, "") else max(-LARGEST, min(whole(value), LARGEST))


def parse_time(value: str | None, timezone: str = "UTC") -> datetime | None:
    """Return the time in a body's field; None for null. Raises ValueError like `read_time`.

    A date without a time is the first moment of that day in the time zone.
    """
    if value is None:
        return None
    return read_time(value, ZoneInfo(timezone) if is_day(value) else UTC)


def is_day(value: str) -> bool:
    """Return True if an ISO text is a date without a time."""
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


Flag = Annotated[bool | None, BeforeValidator(flag)]
Cents = Annotated[int | None, BeforeValidator(cents)]
Day = Annotated[date | None, BeforeValidator(parse_date)]


# ---------------------------------------------------------------- given and missing fields


def require_fields(asked: BaseModel, *names: str) -> None:
    """Check that a new resource has these fields. Raises LagoError with all that are missing."""
    missing = (name for name in names if getattr(asked, name) in (None, ""))
    if details := {name: [MANDATORY] for name in missing}:
        raise invalid(**details)


def text_change(asked: BaseModel, name: str) -> Given[str | None]:
    """Return a text for a command: UNSET if it is not given, None if it is null or empty."""
    text: str | None = getattr(asked, name)
    return text or None if name in asked.model_fields_set else UNSET


# ---------------------------------------------------------------- lists


class Paging(Page):
    """The requested page of a list."""

    def meta(self, total: int) -> dict[str, int | None]:
        """Return the `meta` object of a list with so many rows."""
        on_it = self if total else self._replace(page=0)
        return {
            "current_page": on_it.page,
            "next_page": on_it.following(total),
            "prev_page": on_it.previous(),
            "total_pages": on_it.pages(total),
            "total_count": total,
        }


def paging(page: str | None = None, per_page: str | None = None) -> Paging:
    """Return the requested page; an invalid page number means the first page."""
    return Paging(*page_of(whole(page), whole(per_page), USUAL_PAGE, LARGEST_PAGE))


Paged = Annotated[Paging, Depends(paging)]


def metadata(request: Request) -> dict[str, object]:
    """Return `metadata[key]=value` as filters: pairs that must exist, and keys that must not."""
    asked = list(bracketed_pairs(request, "metadata"))
    present = [msgspec.json.encode({key: value}).decode() for key, value in asked if value]
    return {
        "metadata": present or None,
        "metadata_without": [key for key, value in asked if not value] or None,
    }
