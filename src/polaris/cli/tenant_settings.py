"""A tenant's fields and settings on the command line: parse, show and compare them."""

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
from polaris.dialect_settings import DIALECTS
from polaris.reference.markdown import beside

OWN = ("name", "currency", "timezone")
WORDS: dict[str, object] = {"yes": True, "no": False}

Changed = dict[str, dict[str, object]]


def save_command(tenant: Tenant, changes: Sequence[str]) -> SaveTenant:
    """Return the command for `NAME=VALUE ...`. Raises typer.BadParameter and Stopped."""
    named: dict[str, str] = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals or name in named:
            raise typer.BadParameter(f"{change!r}: give each name once, as NAME=VALUE.")
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
    """Return the changed settings of dialects as tenant details. Raises Stopped."""
    changes: Details = {}
    for name, text in named.items():
        dialect, _, setting = name.partition(".")
        declared = DIALECTS.get(dialect)
        kinds = {field.name: field.type for field in msgspec.structs.fields(declared or Settings)}
        if declared is None or setting not in kinds:
            raise Stopped(f"No setting {name}. List the settings with `polaris tenant show`.")
        value = plain(kinds[setting], text)
        try:
            msgspec.convert(value, kinds[setting])
        except msgspec.ValidationError:
            raise Stopped(f"{text} is not a valid value of the setting {name}.") from None
        changes.setdefault(dialect, {})[setting] = value
    return changes


def plain(kind: Any, text: str) -> object:
    """Return the typed text as a value of this type, or unchanged if it is not one: the engine
    then refuses it."""
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
    """Return a value as a user types it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple() | list():
            return ",".join(map(str, value))
    return str(value)


def head(tenant: Tenant) -> Text:
    """Return the tenant's id, name, currency, time zone and creation date."""
    own = {name: str(getattr(tenant, name)) for name in OWN}
    return tables.pairs({"id": tenant.id, **own, "created": f"{tenant.created_at:%Y-%m-%d}"})


def table(tenant: Tenant) -> Table:
    """Return a table of all settings with their values and meanings."""
    rows = tables.columns("Setting", "Value", "Meaning")
    rows.columns[0].no_wrap = True
    meanings = dict(_meanings())
    for name, value in settings_of(tenant).items():
        rows.add_row(name, worded(value), meanings.get(name, ""))
    return rows


def settings_of(tenant: Tenant) -> dict[str, object]:
    """Return all settings by name, including those of dialects."""
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
    """Return the old and the new value of everything that differs, by name."""
    was, became = _flat(before), _flat(after)
    return {
        name: {"before": was[name], "after": became[name]}
        for name in was
        if was[name] != became[name]
    }


def _flat(tenant: Tenant) -> dict[str, object]:
    own = {name: getattr(tenant, name) for name in OWN}
    return own | settings_of(tenant)


def changes_text(changes: Changed) -> Text:
    """Return the changes for people, one per line."""
    if not changes:
        return Text("Nothing changed: the tenant already has these values.")
    return tables.pairs(
        {
            name: f"{worded(change['before']) or 'none'} → {worded(change['after']) or 'none'}"
            for name, change in changes.items()
        }
    )
