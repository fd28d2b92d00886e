"""Pages of lists in the admin API: `after` continues from the `next` of the page before."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
import psycopg
from fastapi import Depends, Query

from polaris.core.commands.text import ID, UNSTORABLE
from polaris.dialects.polaris.errors import AdminError
from polaris.store.read.keyset import From, Window

LONGEST_PAGE = 200


def read_window(
    per_page: Annotated[int, Query(description="Rows of a page.", ge=1, le=LONGEST_PAGE)] = 50,
    after: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> Window:
    """Return the part of a list that the request asks for. Raises AdminError 422."""
    return Window(after=place_of(after), limit=per_page)


Windowed = Annotated[Window, Depends(read_window)]


def place_text(place: From | None) -> str | None:
    """Return the place from which a page continues, as one word."""
    return urlsafe_b64encode(msgspec.json.encode(place)).decode() if place else None


def place_of(text: str | None) -> From | None:
    """Return the place that `place_text` wrote. Raises AdminError 422."""
    if text is None:
        return None
    try:
        place = msgspec.json.decode(urlsafe_b64decode(text), type=From)
    except (ValueError, msgspec.DecodeError) as wrong:
        raise unreadable_place() from wrong
    if not ID.fullmatch(place.id) or UNSTORABLE.search(place.key):
        raise unreadable_place()
    return place


@contextmanager
def readable_place() -> Iterator[None]:
    """Read a list. Raises AdminError 422 if the place is of another order."""
    try:
        yield
    except psycopg.DataError as wrong:
        raise unreadable_place() from wrong


def storable(name: str, text: str | None) -> str | None:
    """Return the text of a parameter; None for an empty one. Raises AdminError 422."""
    if UNSTORABLE.search(text or ""):
        raise AdminError(422, f"The value of `{name}` cannot be read.")
    return text or None


def unreadable_place() -> AdminError:
    """Return the answer to a place that no page of this order has given."""
    return AdminError(422, "The value of `after` cannot be read. Send `next` of the page before.")
