"""What every page is made of: tables, and descriptions of our own classes."""

import inspect
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

SOURCE = "../../src/polaris"


def table(*rows: Sequence[str]) -> str:
    """A table; the first row is its head."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines) + "\n"


def page(title: str, source: str, *parts: str, up: str = "") -> str:
    """A page that says where it comes from; `up` leads from its folder to the others'."""
    origin = f"Written by `make docs` from [{source}]({up}{SOURCE}/{source}); change it there."
    return "\n".join([f"# {title}\n", f"{origin}\n", *parts])


def code(words: Iterable[str]) -> str:
    """Names as code, in their order, each once; a dash for none."""
    return ", ".join(f"`{word}`" for word in dict.fromkeys(words)) or "–"


def sentence(thing: object) -> str:
    """A docstring on one line."""
    return " ".join((inspect.getdoc(thing) or "").split())


BESIDE = re.compile(r"^    (\w+)(?::| =).*?  # (.+)$", re.MULTILINE)


def beside(kind: type) -> dict[str, str]:
    """The comment beside each field or member of a class, as its source has it."""
    ours = [base for base in reversed(kind.__mro__) if base.__module__.startswith("polaris.")]
    return {name: said for base in ours for name, said in BESIDE.findall(inspect.getsource(base))}


# ---------------------------------------------------------------- a class, described


def described(kind: type) -> str:
    """A class under a heading of its own: its values, or its fields."""
    listed = values(kind) if issubclass(kind, Enum) else ""
    listed = fields(kind) if issubclass(kind, msgspec.Struct) else listed
    return f"## {kind.__name__}\n\n{sentence(kind)}\n\n{listed}"


def values(kind: type[Enum]) -> str:
    """The values of a choice."""
    notes = beside(kind)
    rows = [(f"`{one.value}`", notes.get(name, "")) for name, one in kind.__members__.items()]
    return table(("Value", "Meaning"), *rows)


def fields(kind: type[msgspec.Struct]) -> str:
    """The fields of a command, of a part of one, or of a row."""
    notes = beside(kind)
    rows = [
        (f"`{field.name}`", kind_of(field), default_of(field), notes.get(field.name, ""))
        for field in msgspec.structs.fields(kind)
    ]
    return table(("Field", "Kind", "Default", "Meaning"), *rows)


def mentioned(kinds: Iterable[type]) -> list[type]:
    """Our classes that the fields of these are made of, and the fields of those, each once."""
    found: dict[type, None] = {}
    waiting = list(kinds)
    while waiting:
        kind = waiting.pop(0)
        if issubclass(kind, msgspec.Struct):
            for field in msgspec.structs.fields(kind):
                new = [one for one in kinds_of(field.type) if one not in found]
                found |= dict.fromkeys(new)
                waiting += new
    return list(found)


def kinds_of(annotation: Any) -> Iterator[type]:
    """Our own classes that an annotation is made of."""
    if isinstance(annotation, type) and annotation.__module__.startswith("polaris."):
        yield annotation
    for part in get_args(annotation):
        yield from kinds_of(part)


PLAIN = {
    "str": "text",
    "int": "integer",
    "bool": "yes or no",
    "Decimal": "decimal",
    "datetime": "time",
    "object": "anything",
}


def kind_of(field: msgspec.structs.FieldInfo) -> str:
    """What a field holds, in words."""
    ours = field.name == "id" or (field.name.endswith("_id") and field.name != "external_id")
    return "id" if ours else worded(field.type)


def worded(annotation: Any) -> str:
    """An annotation in words; whether the field may be left out, its default tells."""
    skipped = (type(None), Ellipsis, msgspec.UnsetType)
    parts = [part for part in get_args(annotation) if part not in skipped]
    if get_origin(annotation) in (UnionType, Union):
        return " or ".join(worded(part) for part in parts)
    if get_origin(annotation) in (tuple, list):
        return f"list of {worded(parts[0])}"
    if get_origin(annotation) is dict:
        return f"{worded(parts[1])} by key"
    name = str(annotation.__name__)
    ours = any(kinds_of(annotation))
    return f"[{name}](#{name.lower()})" if ours else PLAIN.get(name, name)


def default_of(field: msgspec.structs.FieldInfo) -> str:
    """What a field is when it is not given."""
    if field.required:
        return "may be none" if type(None) in get_args(field.type) else "required"
    return "empty" if field.default is msgspec.NODEFAULT else shown(field.default)


def shown(value: object) -> str:
    """A value in words."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case "" | ():
            return "empty"
        case msgspec.UNSET:
            return "unchanged"
        case Enum():
            return f"`{value.value}`"
        case int() | Decimal() | str():
            return f"`{value}`"
    return "its defaults"
