"""Values as Lago casts them: hardly anything is refused, much is taken for no or for zero."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request
from pydantic import BeforeValidator

FALSE = frozenset({"", "0", "f", "F", "false", "FALSE", "off", "OFF"})
LARGEST_PAGE = 1000
"""Lago has no limit; a page of ours has one."""


def truth(value: Any) -> bool:
    """A yes or no: a few words and zero are no, everything else is yes."""
    return value not in FALSE if isinstance(value, str) else bool(value)


def whole(value: Any) -> int:
    """A whole number, cut off; 0 for what is none."""
    try:
        return value if isinstance(value, int) else int(float(value))
    except (TypeError, ValueError, OverflowError):
        return 0


def day(value: str | None) -> date | None:
    """A day; none for what is none."""
    try:
        return date.fromisoformat(value[:10]) if value else None
    except ValueError:
        return None


Truth = Annotated[bool, BeforeValidator(truth)]
Whole = Annotated[int, BeforeValidator(whole)]


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
