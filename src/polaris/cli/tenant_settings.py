"""A tenant's own fields and settings at the command line: asked for, shown, compared."""

from collections.abc import Iterator, Sequence
from typing import Any, get_origin

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from polaris.cli import tables
from polaris.cli.answer import Stopped
from polaris.core.commands import SaveTenant
from polaris.core.facts.details import Details
from polaris.core.facts.tenant import KINDS, Settings, Tenant
from polaris.dialects.lago.rules import settings as lago
from polaris.reference.markdown import beside

OWN = ("name", "currency", "timezone")
WORDS: dict[str, object] = {"yes": True, "no": False}
DIALECTS: dict[str, type[msgspec.Struct]] = {lago.NAME: lago.Settings}
"""The settings that each dialect declares, given as `DIALECT.SETTING`."""

Changed = dict[str, dict[str, object]]


def asked(tenant: Tenant, changes: Sequence[str]) -> SaveTenant:
    """The command behind `NAME=VALUE ...`. Raises typer.BadParameter, Stopped."""
    named: dict[str, str] = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals or name in named:
            raise typer.BadParameter(f"{change!r}: give each once, as NAME=VALUE.")
        named[name] = value
    own: dict[str, Any] = {name: named.pop(name) for name in OWN if name in named}
    of_dialects = {name: named.pop(name) for name in list(named) if "." in name}
    return SaveTenant(
        tenant_id=tenant.id,
        settings_changes={name: plain(KINDS.get(name, str), text) for name, text in named.items()},
        details=dialect_details(of_dialects),
        **own,
    )


def dialect_details(named: dict[str, str]) -> Details:
    """The changes of dialects' settings, as the tenant keeps them. Raises Stopped."""
    changes: Details = {}
    for name, text in named.items():
        dialect, _, setting = name.partition(".")
        declared = DIALECTS.get(dialect)
        kinds = {field.name: field.type for field in msgspec.structs.fields(declared or Settings)}
        if declared is None or setting not in kinds:
            raise Stopped(f"No setting {name}; `polaris tenant show` lists all.")
        value = plain(kinds[setting], text)
        try:
            msgspec.convert(value, kinds[setting])
        except msgspec.ValidationError:
            raise Stopped(f"The setting {name} cannot be {text}.") from None
        changes.setdefault(dialect, {})[setting] = value
    return changes


def plain(kind: Any, text: str) -> object:
    """A setting's value out of what was typed; what cannot be one is refused by the engine."""
    if get_origin(kind) is tuple:
        return [word.strip() for word in text.split(",") if word.strip()]
    if kind is bool and text in WORDS:
        return WORDS[text]
    try:
        value: object = msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError:
        return text
    return value


def worded(value: object) -> str:
    """A value as it would be typed."""
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple() | list():
            return ",".join(map(str, value))
    return str(value)


def head(tenant: Tenant) -> Text:
    """Who the books belong to."""
    own = {name: str(getattr(tenant, name)) for name in OWN}
    return tables.pairs({"id": tenant.id, **own, "created": f"{tenant.created_at:%Y-%m-%d}"})


def table(tenant: Tenant) -> Table:
    """Every setting, what it is, and what it means."""
    rows = tables.columns("Setting", "Value", "Meaning")
    rows.columns[0].no_wrap = True
    meanings = dict(_meanings())
    for name, value in settings_of(tenant).items():
        rows.add_row(name, worded(value), meanings.get(name, ""))
    return rows


def settings_of(tenant: Tenant) -> dict[str, object]:
    """Every setting of the tenant, also those of dialects, by its name."""
    every = msgspec.structs.asdict(tenant.settings)
    for dialect, declared in DIALECTS.items():
        settings = msgspec.convert(tenant.details.get(dialect, {}), declared)
        every |= {
            f"{dialect}.{name}": getattr(settings, name) for name in settings.__struct_fields__
        }
    return every


def _meanings() -> Iterator[tuple[str, str]]:
    yield from beside(Settings).items()
    for dialect, declared in DIALECTS.items():
        yield from ((f"{dialect}.{name}", text) for name, text in beside(declared).items())


def changed(before: Tenant, after: Tenant) -> Changed:
    """What differs, by name."""
    was, became = _flat(before), _flat(after)
    return {
        name: {"before": was[name], "after": became[name]}
        for name in was
        if was[name] != became[name]
    }


def _flat(tenant: Tenant) -> dict[str, object]:
    own = {name: getattr(tenant, name) for name in OWN}
    return own | settings_of(tenant)


def told(changes: Changed) -> Text:
    """What differs, a line each."""
    if not changes:
        return Text("Everything was so already.")
    return tables.pairs(
        {
            name: f"{worded(one['before']) or 'none'} is {worded(one['after']) or 'none'} now"
            for name, one in changes.items()
        }
    )
