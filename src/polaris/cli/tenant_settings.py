"""A tenant's own fields and settings at the command line: asked for, shown, compared."""

from collections.abc import Sequence
from typing import Any, get_origin

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from polaris.cli import tables
from polaris.core.commands import SaveTenant
from polaris.core.facts.tenant import KINDS, Settings, Tenant
from polaris.reference.markdown import beside

OWN = ("name", "currency", "timezone")
WORDS: dict[str, object] = {"yes": True, "no": False}

Changed = dict[str, dict[str, object]]


def asked(tenant_id: str, changes: Sequence[str]) -> SaveTenant:
    """The command behind `NAME=VALUE ...`. Raises typer.BadParameter."""
    named: dict[str, str] = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals or name in named:
            raise typer.BadParameter(f"{change!r}: give each once, as NAME=VALUE.")
        named[name] = value
    own: dict[str, Any] = {name: named.pop(name) for name in OWN if name in named}
    settings = {name: plain(name, value) for name, value in named.items()}
    return SaveTenant(tenant_id=tenant_id, settings_changes=settings, **own)


def plain(name: str, text: str) -> object:
    """A setting's value out of what was typed; what cannot be one is refused by the engine."""
    kind = KINDS.get(name, str)
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


def table(settings: Settings) -> Table:
    """Every setting, what it is, and what it means."""
    rows = tables.columns("Setting", "Value", "Meaning")
    rows.columns[0].no_wrap = True
    meanings = beside(Settings)
    for name, value in msgspec.structs.asdict(settings).items():
        rows.add_row(name, worded(value), meanings.get(name, ""))
    return rows


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
    return own | msgspec.structs.asdict(tenant.settings)


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
