"""What every command is, and how a command says that a field stays as it is."""

from typing import TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

T = TypeVar("T")

Given: TypeAlias = T | UnsetType
"""A field of a change: a new value, or UNSET to leave the old one."""


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="command", tag=True, gc=False):
    """A wish to change something. Its fields are the whole policy: no rule asks who called."""


def given(command: msgspec.Struct, *names: str) -> dict[str, object]:
    """Return those of the named fields that are not UNSET; of all fields when none is named."""
    values = {name: getattr(command, name) for name in names or command.__struct_fields__}
    return {name: value for name, value in values.items() if value is not UNSET}


def or_none(value: Given[T]) -> T | None:
    """Return the value, or None when it is UNSET."""
    return None if value is UNSET else value


def or_unset(value: T | None) -> Given[T]:
    """Return the value, or UNSET when it is None: for callers whose null changes nothing."""
    return UNSET if value is None else value
