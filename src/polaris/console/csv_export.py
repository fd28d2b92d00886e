"""CSV files that are streamed, and that a spreadsheet reads as text and numbers only."""

import csv
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from decimal import Decimal
from io import StringIO

from starlette.responses import Response, StreamingResponse

from polaris.money import exponent

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet runs a cell that begins with one of these as a formula."""

Cell = str | int | Decimal | None


def csv_response(name: str, rows: AsyncIterable[Iterable[Cell]]) -> Response:
    """Return a CSV file of these rows, sent while they are read. The first row is the heading."""
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(_lines(rows), media_type="text/csv; charset=utf-8", headers=headers)


async def _lines(rows: AsyncIterable[Iterable[Cell]]) -> AsyncIterator[str]:
    async for row in rows:
        yield csv_line(row)


def csv_line(cells: Iterable[Cell]) -> str:
    """Return one line. Only texts are quoted against formulas: a number can be negative."""
    line = StringIO()
    csv.writer(line).writerow([_written(cell) for cell in cells])
    return line.getvalue()


def _written(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
    return "" if cell is None else f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def major(amount_minor: int, currency: str) -> Decimal:
    """Return minor units as major units, with all digits of the currency: 1234 EUR is 12.34."""
    return Decimal(amount_minor).scaleb(-exponent(currency))
