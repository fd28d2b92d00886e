"""The state of a list, kept in its URL: filters, order, page and the row that is open."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlencode

from babel import Locale

from polaris.console.formats import UnreadableAmount, typed_amount
from polaris.core.commands.text import ID
from polaris.store.read.invoice_search import Order, Search, Tab
from polaris.store.read.keyset import From

E = TypeVar("E", bound=StrEnum)
NOBODY = "00000000-0000-0000-0000-000000000000"
"""An id that no row has."""


class InvoiceListState(NamedTuple):
    """A search for invoices, as a URL describes it, and what could not be read in the URL."""

    params: Mapping[str, str]
    search: Search
    faults: Mapping[str, str]  # a sentence by the name of the parameter

    @property
    def open(self) -> str | None:
        """The id of the invoice that is open in the panel."""
        return self.params.get("open") or None

    def url(self, path: str = "/billing/invoices", **changes: str | None) -> str:
        """Return the URL of this state with some parameters changed; None removes one."""
        return url_with(path, self.params, changes)

    def sorted_by(self, order: Order) -> str:
        """Return the URL of the list in this order; in the other direction if it is so already."""
        turned = self.search.order is order and not self.search.ascending
        return self.url(sort=order, dir="asc" if turned else "desc", after=None, before=None)

    def direction_of(self, order: Order) -> str | None:
        """Return the value of `aria-sort` of a column, or None if the list is not sorted by it."""
        if self.search.order is not order:
            return None
        return "ascending" if self.search.ascending else "descending"

    @property
    def filtered(self) -> bool:
        """True if any filter beside the tab applies."""
        return any(self.params.get(name) for name in FILTERS)


FILTERS = ("q", "currency", "customer", "from", "to", "due_from", "due_to", "min", "max")
NAMES = ("status", *FILTERS, "sort", "dir", "after", "before", "open", "show", "view", "receipt")
"""The parameters of the list. Others are ignored."""


def invoice_list_state(query: Mapping[str, str], currency: str, locale: Locale) -> InvoiceListState:
    """Read the state from the parameters of a URL. What cannot be read is left out, and named.

    `currency` is the tenant's. Amounts are in the currency that the list is filtered by: in the
    tenant's, if no other is named.
    """
    params = parameters(query, NAMES)
    reading = ParameterReader(params, params.get("currency") or currency, locale)
    by_amount = "min" in params or "max" in params
    search = Search(
        tab=reading.choice("status", Tab, Tab.ALL),
        text=params.get("q"),
        customer_id=reading.id("customer"),
        currency=params.get("currency") or (currency if by_amount else None),
        issued_from=reading.read_day("from"),
        issued_to=reading.read_day("to"),
        due_from=reading.read_day("due_from"),
        due_to=reading.read_day("due_to"),
        total_from_minor=reading.amount("min"),
        total_to_minor=reading.amount("max"),
        order=(order := reading.choice("sort", Order, Order.ISSUE_DATE)),
        ascending=params.get("dir") == "asc",
        after=reading.page_start("after", KEYS[order]),
        before=reading.page_start("before", KEYS[order]),
    )
    return InvoiceListState(params, search, reading.faults)


def with_receipt(url: str, invoice_id: str, request_id: str) -> str:
    """Return the URL of a list with an invoice open, and the receipt of a request about it."""
    path, _, query = url.partition("?")
    kept = {name: value for name, value in parse_qsl(query) if name not in ("open", "show")}
    return f"{path}?{urlencode({**kept, 'open': invoice_id, 'receipt': request_id})}"


KEYS: dict[Order, type] = {
    Order.ISSUE_DATE: date,
    Order.DUE_DATE: date,
    Order.CREATED: datetime,
    Order.NUMBER: str,
    Order.CUSTOMER: str,
    Order.TOTAL: int,
    Order.OUTSTANDING: int,
}
"""The type of the values in each order."""


def parameters(query: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return the parameters with these names that are not empty, without space around them."""
    found = ((name, query.get(name, "").replace("\0", "").strip()) for name in names)
    return {name: value for name, value in found if value}


def url_with(path: str, params: Mapping[str, str], changes: Mapping[str, str | None]) -> str:
    """Return a URL with these parameters, some of them changed; None removes one."""
    pairs = {name: value for name, value in {**params, **changes}.items() if value}
    return f"{path}?{urlencode(pairs)}" if pairs else path


class ParameterReader:
    """Reads single parameters of a URL. `faults` names the ones that could not be read."""

    def __init__(self, params: Mapping[str, str], currency: str, locale: Locale) -> None:
        self._params, self._currency, self._locale = params, currency, locale
        self.faults: dict[str, str] = {}

    def choice(self, name: str, kind: type[E], default: E) -> E:
        """Return the value of a list of choices. An unknown one counts as left out."""
        known = {str(value): value for value in kind}
        return known.get(self._params.get(name, ""), default)

    def id(self, name: str) -> str | None:
        """Return an internal id; one that cannot be an id is the id of nothing."""
        value = self._params.get(name)
        return value if value is None or ID.fullmatch(value) else NOBODY

    def read_day(self, name: str) -> date | None:
        """Return a day."""
        try:
            return date.fromisoformat(self._params[name]) if name in self._params else None
        except ValueError:
            self.faults[name] = "This is not a day. Type it like 2026-01-31."
            return None

    def amount(self, name: str) -> int | None:
        """Return an amount in minor units."""
        if name not in self._params:
            return None
        try:
            return typed_amount(self._params[name], self._currency, self._locale)
        except UnreadableAmount as fault:
            self.faults[name] = str(fault)
            return None

    def page_start(self, name: str, kind: type) -> From | None:
        """Return the row from which a page continues; None if its key is not of this type."""
        key, mark, row_id = self._params.get(name, "").rpartition("~")
        readable = mark and ID.fullmatch(row_id) and _is_key(key, kind)
        return From(key, row_id) if readable else None


def _is_key(text: str, kind: type) -> bool:
    try:
        READERS[kind](text)
    except ValueError:
        return False
    return True


READERS: dict[type, Callable[[str], object]] = {
    str: str,
    int: int,
    date: lambda text: text == "infinity" or date.fromisoformat(text),
    datetime: datetime.fromisoformat,
}
"""How the key of a row is read, by its type. A row without a date comes after all dates."""
