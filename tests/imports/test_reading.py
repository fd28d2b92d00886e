"""Reading of files: compressed or not, with any content, and with constant memory."""

import gzip
import lzma
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from imports.shop import SAMPLE
from polaris.imports.documents import (
    OPEN_ROWS,
    Document,
    Kind,
    documents,
    in_time_order,
    is_cancellation,
    kind_of,
)
from polaris.imports.reading import (
    COLUMNS,
    FileUnusable,
    RejectedRow,
    SourceRow,
    fingerprint,
    opened,
)

PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".xz": lzma.compress,
}
HEADER = ",".join(COLUMNS) + "\n"


def packed(folder: Path, suffix: str, content: bytes) -> Path:
    file = folder / f"some.csv{suffix}"
    file.write_bytes(PACKINGS[suffix](content))
    return file


def read(file: Path) -> list[SourceRow | RejectedRow]:
    with opened(file) as source:
        rows = list(source.rows(lambda number: True))
        assert source.share == 1.0
        return rows


def written(folder: Path, *lines: str) -> Path:
    return packed(folder, "", (HEADER + "\n".join(lines)).encode())


@pytest.mark.parametrize("suffix", ["", ".gz", ".xz"])
def test_the_packing_makes_no_difference(tmp_path: Path, suffix: str) -> None:
    file = packed(tmp_path, suffix, SAMPLE.read_bytes())
    assert read(file) == read(SAMPLE)
    assert fingerprint(file) == fingerprint(SAMPLE)


def test_a_row_is_read_as_it_is(tmp_path: Path) -> None:
    line = '1,K9,"MUG, ""BIG"" ",-2,2011-07-01 00:30:00,0.335,10001.0,Iceland'
    (row,) = read(written(tmp_path, line))
    assert row == SourceRow(
        row_number=1,
        document="1",
        code="K9",
        description='MUG, "BIG"',
        quantity=Decimal(-2),
        unit_price=Decimal("33.5"),
        at=datetime(2011, 6, 30, 23, 30, tzinfo=UTC),
        day=date(2011, 7, 1),
        customer="10001",
        country="Iceland",
        cells=tuple('1|K9|MUG, "BIG" |-2|2011-07-01 00:30:00|0.335|10001.0|Iceland'.split("|")),
    )


@pytest.mark.parametrize(
    "line",
    [
        "",
        "1",
        "1,K9,MUG,2,2011-07-01 00:30:00,1.00,10001.0",
        "1,K9,MUG,2,2011-07-01 00:30:00,1.00,10001.0,Iceland,more",
        "1,K9,MUG,,2011-07-01 00:30:00,1.00,10001.0,Iceland",
        "1,K9,MUG,1e9,2011-07-01 00:30:00,1.00,10001.0,Iceland",
        "1,K9,MUG,NaN,2011-07-01 00:30:00,1.00,10001.0,Iceland",
        "1,K9,MUG,2,2011-07-01 00:30:00,Infinity,10001.0,Iceland",
        "1,K9,MUG,2,2011-07-01 00:30:00,1.0000001,10001.0,Iceland",
        "1,K9,MUG,2,2011-02-30 00:30:00,1.00,10001.0,Iceland",
        "1,K9,MUG,2,2011-07-01 00:30:00+02:00,1.00,10001.0,Iceland",
        "1,K9,MUG,2,soon,1.00,10001.0,Iceland",
    ],
)
def test_a_row_that_cannot_be_read_is_rejected(tmp_path: Path, line: str) -> None:
    (row,) = read(written(tmp_path, line or ",,,,,,,"))
    assert isinstance(row, RejectedRow)
    assert (row.row_number, row.reason, row.amount_minor) == (1, "unreadable", None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"InvoiceNo,StockCode\n1,2\n",
        HEADER.encode() + b"1,K9,caf\xe9,1,2011-07-01 00:30:00,1.00,,\n",
        HEADER.encode() + b"1," + b"x" * 200_000,
    ],
)
def test_another_kind_of_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileUnusable):
        read(packed(tmp_path, "", content))


@pytest.mark.parametrize("suffix", [".gz", ".xz"])
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, suffix: str) -> None:
    file = packed(tmp_path, suffix, SAMPLE.read_bytes())
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(FileUnusable):
        read(file)
    with pytest.raises(FileUnusable):
        fingerprint(file)
    file.write_bytes(b"no archive at all")
    with pytest.raises(FileUnusable):
        read(file)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("536365", Kind.INVOICE),
        ("C536379", Kind.CANCELLATION),
        ("A563185", Kind.ADJUSTMENT),
        ("C", Kind.UNKNOWN),
        ("c536379", Kind.UNKNOWN),
        ("536365B", Kind.UNKNOWN),
        ("٣", Kind.UNKNOWN),
        ("", Kind.UNKNOWN),
    ],
)
def test_a_number_tells_the_kind(number: str, kind: Kind) -> None:
    assert kind_of(number) is kind


def rows_of(numbers: Iterable[str]) -> Iterator[SourceRow]:
    at = datetime(2011, 7, 1, tzinfo=UTC)
    for row, number in enumerate(numbers, 1):
        sign = -1 if is_cancellation(number) else 1
        quantity = Decimal(sign)
        price = Decimal(100)
        yield SourceRow(row, number, "K", "MUG", quantity, price, at, at.date(), "", "", ())


def counted(found: Iterator[Document]) -> list[tuple[str, int]]:
    return [(document.number, len(document.rows)) for document in found]


def test_rows_of_a_document_may_lie_apart() -> None:
    assert counted(documents(rows_of(["1", "2", "1", "3", "2"]))) == [("1", 2), ("3", 1), ("2", 2)]


def test_what_comes_far_too_late_is_a_second_document() -> None:
    between = ["2"] * (OPEN_ROWS + 1)
    found = counted(documents(rows_of(["1", *between, "1"])))
    assert found == [("1", 1), ("2", OPEN_ROWS + 1), ("1", 1)]


def test_cancellations_come_in_time_order_then_by_number() -> None:
    found = list(documents(rows_of(["C10", "C9", "C11", "C12"])))
    found[3].at = datetime(2011, 6, 1, tzinfo=UTC)
    assert [one.number for one in in_time_order(found)] == ["C12", "C9", "C10", "C11"]


def peak_bytes(rows: int) -> int:
    """Return the peak memory for reading this many rows, in documents of ten rows."""
    numbers = (str(row // 10) for row in range(rows))
    tracemalloc.start()
    total = sum(len(document.rows) for document in documents(rows_of(numbers)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == rows
    return peak


def test_memory_does_not_grow_with_the_file() -> None:
    assert peak_bytes(40_000) < 1.2 * peak_bytes(10_000)
