"""What every stored fact is: a frozen row whose field order is its column order."""

from typing import ClassVar

import msgspec


# The garbage collector has nothing to find here: no row leads back to itself. Walking over the rows
# of a large set again and again cost a quarter of our time.
class Row(msgspec.Struct, frozen=True, array_like=True, kw_only=True, gc=False):
    """One row of one table, found by its id; it travels to and from the database as an array."""

    table: ClassVar[str]
    found_by: ClassVar[tuple[str, ...]] = ()
    """The fields by which rows are found together, as an invoice's lines are."""

    id: str


class Changing(Row, frozen=True, array_like=True, kw_only=True):
    """A row that can change. Rows that are not of this kind are only ever added."""

    version: int = 0
    """0 means not stored yet; else the version that was loaded."""
