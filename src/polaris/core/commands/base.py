"""The base class of commands, and fields that a command can leave unchanged."""

from typing import TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

T = TypeVar("T")

Given: TypeAlias = T | UnsetType
"""A field of a change: a new value, or UNSET to keep the old one."""


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="command", tag=True, gc=False):
    """A request for one change. Its fields are the whole policy: no rule depends on the caller."""


def set_fields(command: msgspec.Struct, *names: str) -> dict[str, object]:
    """Return the values of the named fields that are not UNSET. Without names: of all fields."""
    values = {name: getattr(command, name) for name in names or command.__struct_fields__}
    return {name: value for name, value in values.items() if value is not UNSET}


def or_none(value: Given[T]) -> T | None:
    """Return the value, or None when it is UNSET."""
    return None if value is UNSET else value


def or_unset(value: T | None) -> Given[T]:
    """Return the value, or UNSET when it is None: for callers where null changes nothing."""
    return UNSET if value is None else value
