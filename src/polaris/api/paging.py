"""Pages of a list, and query parameters that are given more than once."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastapi import Request


class Page(NamedTuple):
    """A page of a list, by number: the first one is 1."""

    page: int
    per_page: int

    @property
    def offset(self) -> int:
        """How many rows come before the page."""
        return (self.page - 1) * self.per_page

    def pages(self, total: int) -> int:
        """How many pages a list of so many rows has."""
        return -(-total // self.per_page)

    def following(self, total: int) -> int | None:
        """The number of the next page, or None on the last one."""
        return self.page + 1 if self.page < self.pages(total) else None

    def previous(self) -> int | None:
        """The number of the page before, or None on the first one."""
        return self.page - 1 if self.page > 1 else None


def page_of(page: int, per_page: int, default: int, largest: int) -> Page:
    """The page of this number and size; a size below 1 is the default, one too large is cut.

    A number below 1 is the first page, and none is so large that its offset overflows.
    """
    size = min(per_page, largest) if per_page > 0 else default
    return Page(min(max(page, 1), 10**9), size)


def repeated(request: Request, *names: str) -> list[str]:
    """Every value of a parameter, written `name=a&name=b` or `name[]=a&name[]=b`; empty ones not.

    With several names the values of each, in the order of the names.
    """
    keys = (key for name in names for key in (name, f"{name}[]"))
    return [value for key in keys for value in request.query_params.getlist(key) if value]


def bracketed(request: Request, name: str) -> Iterator[tuple[str, str]]:
    """The keys and values of parameters written `name[key]=value`, in their order."""
    pattern = re.compile(rf"{re.escape(name)}\[([^\]]+)\]")
    for parameter, value in request.query_params.multi_items():
        if found := pattern.fullmatch(parameter):
            yield found[1], value
