"""Read the file row by row, compressed or not, without loading it into memory as a whole."""

import csv
import gzip
import hashlib
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from io import TextIOWrapper
from pathlib import Path
from typing import IO, NamedTuple, cast
from zoneinfo import ZoneInfo

from polaris.imports.reasons import Reason

COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
RETAILER = ZoneInfo("Europe/London")

_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?")
_BLOCK = 1 << 20
_DAMAGED = (EOFError, lzma.LZMAError, gzip.BadGzipFile, zlib.error, csv.Error, UnicodeDecodeError)


class FileUnusable(Exception):
    """The file is damaged, or is not an Online Retail file. The message says which."""


class SourceRow(NamedTuple):
    """A readable row."""

    row_number: int  # in the file, from 1
    document: str
    code: str
    description: str
    quantity: Decimal
    unit_price: Decimal  # minor units, possibly with decimals
    at: datetime  # UTC
    day: date  # in the retailer's time zone
    customer: str  # empty when unknown
    country: str
    cells: tuple[str, ...]  # unchanged

    @property
    def exact_minor(self) -> Decimal:
        """Quantity times unit price in minor units, not rounded."""
        return self.quantity * self.unit_price

    def rejected(self, reason: Reason | str) -> "RejectedRow":
        """Return the row as a rejected row."""
        return RejectedRow(
            self.row_number, self.document, str(reason), self.exact_minor, self.cells
        )


class RejectedRow(NamedTuple):
    """A row that is not used, and the reason."""

    row_number: int
    document: str
    reason: str
    amount_minor: Decimal | None  # not rounded; None if the row is unreadable
    line: tuple[str, ...]  # unchanged


Wanted = Callable[[str], bool]
"""True if the rows of the document with this number should be imported."""


class Source:
    """An open file. `share` is the part of its (compressed) bytes that has been read."""

    def __init__(self, packed: IO[bytes], size_bytes: int, suffix: str) -> None:
        self._packed, self._size_bytes = packed, size_bytes
        self.unpacked = _unpacked(packed, suffix)

    @property
    def share(self) -> float:
        """The part of the file that has been read, from 0 to 1."""
        return min(1.0, self._packed.tell() / self._size_bytes) if self._size_bytes else 1.0

    def rows(self, wanted: Wanted) -> Iterator[SourceRow | RejectedRow]:
        """Yield the rows of the wanted documents. Raises FileUnusable."""
        # Stored on the object, because the wrapper closes the file when it is garbage-collected.
        self._text = TextIOWrapper(self.unpacked, encoding="utf-8-sig", newline="")
        # PostgreSQL cannot store NUL in a text.
        cells = csv.reader(line.replace("\0", "\ufffd") for line in self._text)
        if tuple(next(cells, ())) != COLUMNS:
            raise FileUnusable(f"The first line must name these columns: {', '.join(COLUMNS)}.")
        for number, row in enumerate(cells, 1):
            document = row[0].strip() if row else ""
            if wanted(document):
                yield _row(number, document, tuple(row))


def _unpacked(packed: IO[bytes], suffix: str) -> IO[bytes]:
    if suffix == ".xz":
        return lzma.LZMAFile(packed)
    if suffix == ".gz":
        return cast(IO[bytes], gzip.GzipFile(fileobj=packed))
    return packed


@contextmanager
def opened(file: Path) -> Iterator[Source]:
    """Open a .csv, .csv.gz or .csv.xz. Raises OSError, and FileUnusable also while reading."""
    with file.open("rb") as packed:
        source = Source(packed, file.stat().st_size, file.suffix.lower())
        try:
            yield source
        except _DAMAGED as fault:
            raise FileUnusable(f"The file cannot be read to its end: {fault}") from fault


def fingerprint(file: Path) -> str:
    """Return the SHA-256 of the uncompressed content. Raises OSError and FileUnusable."""
    digest = hashlib.sha256()
    with opened(file) as source:
        while block := source.unpacked.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _row(number: int, document: str, cells: tuple[str, ...]) -> SourceRow | RejectedRow:
    try:
        _, code, description, quantity, at, price, customer, country = cells
        utc, day = _moment(at)
        return SourceRow(
            number,
            document,
            code.strip(),
            description.strip(),
            _decimal(quantity),
            _decimal(price).scaleb(2),
            utc,
            day,
            # Spreadsheets write whole numbers as 17850.0 if the column has empty cells.
            customer.strip().removesuffix(".0"),
            country.strip(),
            cells,
        )
    except ValueError:
        return RejectedRow(number, document, Reason.UNREADABLE, None, cells)


def _decimal(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError
    return Decimal(text.strip())


@lru_cache(maxsize=64)
def _moment(text: str) -> tuple[datetime, date]:
    local = datetime.fromisoformat(text.strip())
    if local.tzinfo is not None:
        raise ValueError
    return local.replace(tzinfo=RETAILER).astimezone(UTC), local.date()
