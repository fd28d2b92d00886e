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


def named_values(value: object) -> object:
    """Return the value with rows as dicts; msgspec would encode them as arrays without names."""
    match value:
        case msgspec.Struct():
            return {name: named_values(getattr(value, name)) for name in value.__struct_fields__}
        case tuple() if hasattr(value, "_asdict"):
            return named_values(value._asdict())
        case dict():
            return {key: named_values(one) for key, one in value.items()}
        case list() | tuple():
            return [named_values(one) for one in value]
    return value
