"""Pages of a list, and query parameters that occur more than once."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastapi import Request


class Page(NamedTuple):
    """The number and the size of a page in a list. The first page has the number 1."""

    page: int
    per_page: int

    @property
    def offset(self) -> int:
        """The number of rows before the page."""
        return (self.page - 1) * self.per_page

    def pages(self, total: int) -> int:
        """Return how many pages a list of `total` rows has."""
        return -(-total // self.per_page)

    def following(self, total: int) -> int | None:
        """Return the number of the next page, or None on the last page."""
        return self.page + 1 if self.page < self.pages(total) else None

    def previous(self) -> int | None:
        """Return the number of the previous page, or None on the first page."""
        return self.page - 1 if self.page > 1 else None


def page_of(page: int, per_page: int, default: int, largest: int) -> Page:
    """Return the page of this number and size, after correcting both.

    A size below 1 becomes the default, and a size above `largest` becomes `largest`. A number
    below 1 becomes 1, and a huge number is limited so that the offset does not overflow.
    """
    size = min(per_page, largest) if per_page > 0 else default
    return Page(min(max(page, 1), 10**9), size)


def repeated_values(request: Request, *names: str) -> list[str]:
    """Return all values of a parameter that are not empty.

    It may be written `name=a&name=b` or `name[]=a&name[]=b`. With several names, the values come
    in the order of the names.
    """
    keys = (key for name in names for key in (name, f"{name}[]"))
    return [value for key in keys for value in request.query_params.getlist(key) if value]


def bracketed_pairs(request: Request, name: str) -> Iterator[tuple[str, str]]:
    """Yield the key and value of each parameter written `name[key]=value`, in order."""
    pattern = re.compile(rf"{re.escape(name)}\[([^\]]+)\]")
    for parameter, value in request.query_params.multi_items():
        if found := pattern.fullmatch(parameter):
            yield found[1], value
