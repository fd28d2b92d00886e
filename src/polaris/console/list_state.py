"""The state of a list, kept in its URL: filters, order, page and the row that is open."""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from babel import Locale

from polaris.console.formats import DEFAULT_LOCALE, UnreadableAmount, typed_amount
from polaris.core.commands.text import ID
from polaris.store.read.keyset import From, Window

E = TypeVar("E", bound=StrEnum)
PAGE_SIZE = 50
LARGEST_KEY = 2**63
NOBODY = "00000000-0000-0000-0000-000000000000"
"""An id that no row has."""

PLACE = re.compile(rf"(.*)~({ID.pattern})(?:~([0-9]{{1,9}}))?", re.DOTALL)
"""A row in a URL: its key in the order, its id, and for a part of a row its position."""


class ListState:
    """A list, as a URL describes it, and what could not be read in the URL.

    A parameter that is empty counts as missing; one that has none of the names is ignored.
    """

    def __init__(
        self,
        path: str,
        query: Mapping[str, str],
        names: Iterable[str],
        locale: Locale = DEFAULT_LOCALE,
    ) -> None:
        self.path, self.params, self._locale = path, parameters(query, names), locale
        self.faults: dict[str, str] = {}  # a sentence by the name of the parameter
        self.order, self.window = "", Window(limit=PAGE_SIZE)

    # ---------------------------------------------------------------- its parameters

    def __contains__(self, name: str) -> bool:
        return name in self.params

    def text(self, name: str) -> str | None:
        """Return a text, or None if it is missing."""
        return self.params.get(name)

    def field(self, name: str) -> str:
        """Return the text as the form shows it again."""
        return self.params.get(name, "")

    def id(self, name: str) -> str | None:
        """Return an internal id, or None if it is missing; what cannot be an id is NOBODY's."""
        if name not in self.params:
            return None
        value = self.params[name].lower()
        return value if ID.fullmatch(value) else NOBODY

    def day(self, name: str) -> date | None:
        """Return a day, or None if it is missing or cannot be read."""
        try:
            return date.fromisoformat(self.params[name]) if name in self.params else None
        except ValueError:
            self.faults[name] = "This is not a day. Type it like 2026-01-31."
            return None

    def amount(self, name: str, currency: str) -> int | None:
        """Return an amount in minor units, or None if it is missing or cannot be read."""
        if name not in self.params:
            return None
        try:
            return typed_amount(self.params[name], currency, self._locale)
        except UnreadableAmount as fault:
            self.faults[name] = str(fault)
            return None

    def choice(self, name: str, kind: type[E], default: E) -> E:
        """Return one of the choices. An unknown one counts as missing."""
        known = {str(value): value for value in kind}
        return known.get(self.params.get(name, ""), default)

    def selected(self, name: str, choices: Iterable[str]) -> str | None:
        """Return what was chosen from a box, or None if it is missing or not in the box."""
        text = self.params.get(name)
        if text is None or text in choices:
            return text
        self.faults[name] = f"There is no “{text}”. Choose one of the list."
        return None

    # ---------------------------------------------------------------- its order and page

    def read_page(
        self, key: type, order: str = "", *, ascending: bool = False, limit: int = PAGE_SIZE
    ) -> None:
        """Read the direction and the page. `key` is the type of the values in this order."""
        self.order = order
        self.window = Window(
            ascending=ascending or self.params.get("dir") == "asc",
            after=self._place("after", key),
            before=self._place("before", key),
            limit=limit,
        )

    def _place(self, name: str, key: type) -> From | None:
        """Return the row from which a page continues; None if its key is not of this type."""
        found = PLACE.fullmatch(self.params.get(name, ""))
        if found is None or not _is_key(found[1], key):
            return None
        return From(found[1], found[2], int(found[3] or 0))

    @property
    def continued(self) -> bool:
        """True unless the list begins with its first row."""
        return bool(self.window.after or self.window.before)

    def filtered_by(self, *names: str) -> bool:
        """True if any of these parameters is given."""
        return any(name in self.params for name in names)

    @property
    def open(self) -> str | None:
        """The id of the row that is open beside the list."""
        return self.params.get("open")

    # ---------------------------------------------------------------- its URLs

    def url(self, path: str = "", **changes: str | None) -> str:
        """Return the URL of this state with some parameters changed; None removes one."""
        return url_with(path or self.path, self.params, changes)

    def sorted_by(self, order: str) -> str:
        """Return the URL of the list in this order; in the other direction if it is so already."""
        turned = self.order == order and not self.window.ascending
        return self.url(sort=order, dir="asc" if turned else "desc", after=None, before=None)

    def direction_of(self, order: str) -> str | None:
        """Return the value of `aria-sort` of a column, or None if the list is not sorted by it."""
        if self.order != order:
            return None
        return "ascending" if self.window.ascending else "descending"

    def with_parameter(self, name: str, value: str) -> "ListState":
        """Return the state with one more parameter in all its URLs."""
        changed = copy(self)
        changed.params = {**self.params, name: value}
        return changed


def parameters(query: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return the parameters with these names that are not empty, without space around them."""
    found = ((name, query.get(name, "").replace("\0", "").strip()) for name in names)
    return {name: value for name, value in found if value}


def url_with(path: str, params: Mapping[str, str], changes: Mapping[str, str | None]) -> str:
    """Return a URL with these parameters, some of them changed; None removes one."""
    pairs = {name: value for name, value in {**params, **changes}.items() if value}
    return f"{path}?{urlencode(pairs)}" if pairs else path


def place_text(row: From) -> str:
    """Return the row from which a page continues, as a URL has it."""
    return f"{row.key}~{row.id}~{row.part}" if row.part else f"{row.key}~{row.id}"


def _is_key(text: str, kind: type) -> bool:
    try:
        return READERS[kind](text)
    except ValueError:
        return False


READERS: dict[type, Callable[[str], bool]] = {
    str: lambda text: True,
    int: lambda text: abs(int(text)) < LARGEST_KEY,
    date: lambda text: text == "infinity" or bool(date.fromisoformat(text)),
    datetime: lambda text: bool(datetime.fromisoformat(text)),
}
"""Whether a text is the key of a row, by its type. A row without a date comes after all dates."""
