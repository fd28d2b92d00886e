"""What a command says, as text; and whether it can be understood and kept at all."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, get_args

import msgspec

from polaris.core.commands import Command
from polaris.core.refusals import IdMalformed, Refusal, TextMalformed

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""An id as the database writes it; another spelling would be another id to us."""

UNSAYABLE = re.compile("[\0\ud800-\udfff]")
"""What no database keeps in a text: NUL, and half a character."""

_NUL = b"\\u0000"
_REPLACED = b"\\ufffd"


class Spoken(NamedTuple):
    """A command as JSON, and why it cannot be taken, if so."""

    text: msgspec.Raw
    refusal: Refusal | None


def spoken(command: Command) -> Spoken:
    """The command as JSON for its audit line. Refused: ids that are none, text that no database
    keeps (NUL, half a character)."""
    try:
        text = msgspec.json.encode(command)
    except UnicodeEncodeError:
        return Spoken(msgspec.Raw(b"{}"), TextMalformed())
    if _NUL in text and any("\0" in one for one in texts(msgspec.to_builtins(command))):
        return Spoken(msgspec.Raw(text.replace(_NUL, _REPLACED)), TextMalformed())
    wrong = next((field for field, one in ids(command) if not ID.fullmatch(one)), None)
    return Spoken(msgspec.Raw(text), IdMalformed(field=wrong) if wrong else None)


def ids(named: msgspec.Struct) -> Iterator[tuple[str, str]]:
    """The ids that a command and its parts name, by field."""
    for field in _naming(type(named)):
        value = getattr(named, field)
        for one in (value,) if isinstance(value, str | msgspec.Struct) else value or ():
            if isinstance(one, str):
                yield field, one
            else:
                yield from ids(one)


@cache
def _naming(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields that name things, or have parts that do."""
    fields = msgspec.structs.fields(kind)
    return tuple(field.name for field in fields if _is_id(field.name) or _has_ids(field.type))


def _is_id(field: str) -> bool:
    return field in ("id", "apply_to") or (field.endswith("_id") and field != "external_id")


def _has_ids(hint: Any) -> bool:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return bool(_naming(hint))
    return any(_has_ids(one) for one in get_args(hint))


def texts(value: object) -> Iterator[str]:
    """Every text inside a plain value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(key)
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)
