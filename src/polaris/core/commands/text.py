"""Commands as JSON, and checks that their ids and texts can be stored."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, get_args

import msgspec

from polaris.core.commands.base import Command
from polaris.core.refusals import IdMalformed, Refusal, TextMalformed, TextTooLong

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""An id as the database writes it. Another spelling would count as another id."""

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""Characters that the database cannot store in a text: NUL, and lone surrogates."""

LONGEST = 500
"""Most characters of a text that may be indexed; an index entry holds about 2,700 bytes."""

_FREE = frozenset({"memo", "comment", "description", "metadata", "details", "resolution"})
_NUL = b"\\u0000"
_REPLACED = b"\\ufffd"
_LONG = re.compile(rb'(?:[^"]{0,%d}")*+[^"]{%d}' % (LONGEST, LONGEST + 1))
"""JSON with a longer stretch without a quotation mark."""


class WrittenCommand(NamedTuple):
    """A command as JSON, and the refusal if it cannot be stored."""

    text: msgspec.Raw
    refusal: Refusal | None


def as_text(command: Command) -> WrittenCommand:
    """Return the command as JSON for its audit line, with a refusal for malformed ids or texts."""
    try:
        text = msgspec.json.encode(command)
    except Exception:  # a lone surrogate, endless nesting, or a value that JSON cannot express
        return WrittenCommand(msgspec.Raw(b"{}"), TextMalformed())
    refusal = _refused(command) if _suspect(text) else None
    if isinstance(refusal, TextMalformed):
        text = text.replace(_NUL, _REPLACED)
    wrong = next((field for field, one in ids(command) if not ID.fullmatch(one)), None)
    refusal = refusal or (IdMalformed(field=wrong) if wrong else None)
    return WrittenCommand(msgspec.Raw(text), refusal)


def _suspect(text: bytes) -> bool:
    """True if a text may contain a NUL or be too long: a quick search without parsing the JSON."""
    return _NUL in text or bool(_LONG.match(text.replace(b'\\"', b".")))


def _refused(command: Command) -> Refusal | None:
    """Return the refusal of a text that cannot be stored, or None."""
    said = list(texts(msgspec.to_builtins(command)))
    if any("\0" in text for _, text in said):
        return TextMalformed()
    long = (field for field, text in said if len(text) > LONGEST and field not in _FREE)
    field = next(long, None)
    return TextTooLong(field=field) if field else None


def ids(named: msgspec.Struct) -> Iterator[tuple[str, str]]:
    """Yield the ids that a command and its parts name, each with its field."""
    for field in _naming(type(named)):
        value = getattr(named, field)
        for one in (value,) if isinstance(value, str | msgspec.Struct) else value or ():
            if isinstance(one, str):
                yield field, one
            else:
                yield from ids(one)


@cache
def _naming(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """Return the fields that hold ids, or parts with ids."""
    fields = msgspec.structs.fields(kind)
    return tuple(field.name for field in fields if _is_id(field.name) or _has_ids(field.type))


def _is_id(field: str) -> bool:
    return field in ("id", "apply_to") or (field.endswith("_id") and field != "external_id")


def _has_ids(hint: Any) -> bool:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return bool(_naming(hint))
    return any(_has_ids(one) for one in get_args(hint))


def texts(value: object, field: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text inside a plain value, each with the field of the command that holds it."""
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield field, key
            yield from texts(inner, field if field in _FREE else key)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner, field)
