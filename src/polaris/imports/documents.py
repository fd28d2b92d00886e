"""Group rows into documents, and reject the rows that a document of that kind cannot use."""

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
"""A document is complete after this many rows of other documents."""

LATE_DOCUMENTS = 1_000
"""At most this many documents may lie between a document and an older one that follows it."""


class Kind(StrEnum):
    """The kind of a document, which follows from its number."""

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
    """Return the kind of the document with this number."""
    matching = (kind for kind, pattern in _KINDS.items() if pattern.fullmatch(number))
    return next(matching, Kind.UNKNOWN)


def is_cancellation(number: str) -> bool:
    """True if the document with this number is a cancellation."""
    return kind_of(number) is Kind.CANCELLATION


class Document(msgspec.Struct):
    """All rows with one document number. Date and customer are those of the first usable row."""

    number: str
    row_number: int  # of its first row
    last_row_number: int = 0
    rows: list[SourceRow] = msgspec.field(default_factory=list)
    rejected: list[RejectedRow] = msgspec.field(default_factory=list)
    at: datetime | None = None
    day: date | None = None
    customer: str = ""
    country: str = ""

    def take(self, row: SourceRow | RejectedRow) -> None:
        """Add a row."""
        self.last_row_number = row.row_number
        if isinstance(row, RejectedRow):
            self.rejected.append(row)
            return
        if self.at is None:
            self.at, self.day = row.at, row.day
            self.customer, self.country = row.customer, row.country
        self.rows.append(row)

    def reject(self, why: Callable[[SourceRow], Reason | str | None]) -> None:
        """Reject the rows for which `why` returns a reason."""
        reasons = [(row, why(row)) for row in self.rows]
        self.rejected += [row.rejected(reason) for row, reason in reasons if reason]
        self.rows = [row for row, reason in reasons if not reason]


def documents(rows: Iterable[SourceRow | RejectedRow]) -> Iterator[Document]:
    """Yield documents in the order of their last rows, without the rows that they cannot use.

    Rows of one document may be up to `OPEN_ROWS` rows apart. Rows that come later form a second
    document with the same number.
    """
    open_ones: dict[str, Document] = {}  # in the order of their latest rows
    for row in rows:
        document = open_ones.pop(row.document, None) or Document(row.document, row.row_number)
        document.take(row)
        open_ones[row.document] = document
        yield from _completed(open_ones, row.row_number - OPEN_ROWS)
    for document in open_ones.values():
        yield without_unusable_rows(document)


def _completed(open_ones: dict[str, Document], before: int) -> Iterator[Document]:
    while (oldest := next(iter(open_ones.values()))).last_row_number < before:
        yield without_unusable_rows(open_ones.pop(oldest.number))


def without_unusable_rows(document: Document) -> Document:
    """Reject the rows that a document of this kind cannot use. Return the document."""
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
    """Return the amount that a row of a cancellation credits: minor units, rounded half up."""
    return rounded(-row.exact_minor)


def why_not_credited(row: SourceRow) -> Reason | None:
    """Return a reason if the row's credit is zero: a credit note has no lines of zero."""
    return None if credited_minor(row) else Reason.NOTHING_TO_CREDIT


Article = tuple[str, Decimal]
"""Stock code, and unit price in minor units."""


def quantities(rows: Iterable[SourceRow]) -> dict[Article, Decimal]:
    """Return the quantity of each article that the rows of a cancellation take back."""
    sums: dict[Article, Decimal] = {}
    for row in rows:
        article = row.code, row.unit_price
        sums[article] = sums.get(article, Decimal(0)) - row.quantity
    return sums


def in_time_order(found: Iterable[Document]) -> Iterator[Document]:
    """Yield documents by time, then by number. Documents without a usable row are not delayed."""
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
