"""The base classes of stored facts: frozen rows whose field order is their column order."""

from typing import ClassVar

import msgspec


# No row refers back to itself, so the garbage collector need not track rows. Walking over the rows
# of a large set cost a quarter of the run time.
class Row(msgspec.Struct, frozen=True, array_like=True, kw_only=True, gc=False):
    """One row of one table, identified by its id. The database driver passes it as an array."""

    table: ClassVar[str]
    found_by: ClassVar[tuple[str, ...]] = ()
    """The fields by which groups of rows are looked up, such as the lines of an invoice."""

    id: str


class Changing(Row, frozen=True, array_like=True, kw_only=True):
    """A row that can change. Rows of other classes are only added."""

    version: int = 0
    """The version that was loaded; 0 if the row is not stored yet."""
