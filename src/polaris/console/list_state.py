"""The state of the lists of customers, credit notes and payments, kept in the URL."""

from collections.abc import Mapping
from typing import NamedTuple

from polaris.console.state import ParameterReader, url_with
from polaris.store.read.keyset import Window

PAGE_SIZE = 50


class ListState(NamedTuple):
    """A list, as a URL describes it, and what could not be read in the URL."""

    path: str
    params: Mapping[str, str]
    order: str
    window: Window
    faults: Mapping[str, str]  # a sentence by the name of the parameter

    def url(self, **changes: str | None) -> str:
        """Return the URL of this state with some parameters changed; None removes one."""
        return url_with(self.path, self.params, changes)

    def sorted_by(self, order: str) -> str:
        """Return the URL of the list in this order; in the other direction if it is so already."""
        turned = self.order == order and not self.window.ascending
        return self.url(sort=order, dir="asc" if turned else "desc", after=None, before=None)

    def direction_of(self, order: str) -> str | None:
        """Return the value of `aria-sort` of a column, or None if the list is not sorted by it."""
        if self.order != order:
            return None
        return "ascending" if self.window.ascending else "descending"

    def filtered_by(self, *names: str) -> bool:
        """True if any of these parameters is given."""
        return any(self.params.get(name) for name in names)


def list_state(
    path: str, params: Mapping[str, str], reading: ParameterReader, order: str, key: type
) -> ListState:
    """Return the state of a list. `key` is the type of the values in this order."""
    window = Window(
        ascending=params.get("dir") == "asc",
        after=reading.page_start("after", key),
        before=reading.page_start("before", key),
        limit=PAGE_SIZE,
    )
    return ListState(path, params, order, window, reading.faults)
