"""Rows put together to documents, and sorted out by what a document of that kind can use."""

import heapq
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

import msgspec

from polaris.imports.reading import RejectedRow, SourceRow
from polaris.imports.reasons import Reason
from polaris.money import rounded

OPEN_ROWS = 5_000
"""A document is complete when so many rows have gone by without one of its own."""

LATE_DOCUMENTS = 1_000
"""So many documents may come between one and another that is older."""


class Kind(StrEnum):
    """What a document's number says that it is."""

    INVOICE = "invoice"
    CANCELLATION = "cancellation"
    ADJUSTMENT = "adjustment"
    UNKNOWN = "unknown"


_KINDS = {
    Kind.INVOICE: re.compile("[0-9]+"),
    Kind.CANCELLATION: re.compile("C[0-9]+"),
    Kind.ADJUSTMENT: re.compile("A[0-9]+"),
}


@lru_cache(maxsize=64)
def kind_of(number: str) -> Kind:
    """The kind of a document with this number."""
    matching = (kind for kind, pattern in _KINDS.items() if pattern.fullmatch(number))
    return next(matching, Kind.UNKNOWN)


def is_cancellation(number: str) -> bool:
    """Whether it takes something back."""
    return kind_of(number) is Kind.CANCELLATION


class Document(msgspec.Struct):
    """All rows of one number. Its date and customer are those of its first row."""

    number: str
    row_number: int  # its first
    last_row_number: int = 0
    rows: list[SourceRow] = msgspec.field(default_factory=list)
    rejected: list[RejectedRow] = msgspec.field(default_factory=list)
    at: datetime | None = None
    day: date | None = None
    customer: str = ""
    country: str = ""

    def take(self, row: SourceRow | RejectedRow) -> None:
        """One more row."""
        self.last_row_number = row.row_number
        if isinstance(row, RejectedRow):
            self.rejected.append(row)
            return
        if self.at is None:
            self.at, self.day = row.at, row.day
            self.customer, self.country = row.customer, row.country
        self.rows.append(row)

    def reject(self, why: Callable[[SourceRow], Reason | str | None]) -> None:
        """Rows for which there is a reason are not used."""
        reasons = [(row, why(row)) for row in self.rows]
        self.rejected += [row.rejected(reason) for row, reason in reasons if reason]
        self.rows = [row for row, reason in reasons if not reason]


def documents(rows: Iterable[SourceRow | RejectedRow]) -> Iterator[Document]:
    """Documents in the order of their last rows, without the rows that they cannot use.

    Rows of one document may be some thousand rows apart; what comes later still is a second
    document of that number.
    """
    open_ones: dict[str, Document] = {}  # the longest untouched first
    for row in rows:
        document = open_ones.pop(row.document, None) or Document(row.document, row.row_number)
        document.take(row)
        open_ones[row.document] = document
        yield from _completed(open_ones, row.row_number - OPEN_ROWS)
    for document in open_ones.values():
        yield sorted_out(document)


def _completed(open_ones: dict[str, Document], before: int) -> Iterator[Document]:
    while (oldest := next(iter(open_ones.values()))).last_row_number < before:
        yield sorted_out(open_ones.pop(oldest.number))


def sorted_out(document: Document) -> Document:
    """The document with the rows that it can use."""
    kind = kind_of(document.number)
    document.reject(lambda row: _WHY[kind](row))
    return document


def _why_not_billed(row: SourceRow) -> Reason | None:
    if row.quantity <= 0:
        return Reason.QUANTITY_NOT_POSITIVE
    return Reason.PRICE_NEGATIVE if row.unit_price < 0 else None


def _why_not_cancelled(row: SourceRow) -> Reason | None:
    if row.quantity >= 0:
        return Reason.CANCELS_NOTHING
    return Reason.PRICE_NEGATIVE if row.unit_price < 0 else None


_WHY: dict[Kind, Callable[[SourceRow], Reason | None]] = {
    Kind.INVOICE: _why_not_billed,
    Kind.CANCELLATION: _why_not_cancelled,
    Kind.ADJUSTMENT: lambda row: Reason.ADJUSTMENT,
    Kind.UNKNOWN: lambda row: Reason.UNKNOWN_DOCUMENT,
}


def credited_minor(row: SourceRow) -> int:
    """What a row of a cancellation gives back, rounded half up."""
    return rounded(-row.exact_minor)


def why_not_credited(row: SourceRow) -> Reason | None:
    """A credit note has no lines that come to nothing."""
    return None if credited_minor(row) else Reason.NOTHING_TO_CREDIT


Article = tuple[str, Decimal]
"""What is sold at a price: stock code, unit price in minor units."""


def quantities(rows: Iterable[SourceRow]) -> dict[Article, Decimal]:
    """How much rows of a cancellation take back of each article."""
    sums: dict[Article, Decimal] = {}
    for row in rows:
        article = row.code, row.unit_price
        sums[article] = sums.get(article, Decimal(0)) - row.quantity
    return sums


def in_time_order(found: Iterable[Document]) -> Iterator[Document]:
    """Documents by time, then by number. Those without a usable row come at once."""
    waiting: list[tuple[datetime, int, str, int, Document]] = []
    for document in found:
        if document.at is None:
            yield document
            continue
        number = document.number
        heapq.heappush(waiting, (document.at, len(number), number, document.row_number, document))
        if len(waiting) > LATE_DOCUMENTS:
            yield heapq.heappop(waiting)[-1]
    while waiting:
        yield heapq.heappop(waiting)[-1]
