"""Change what a tenant is and how it wants things done."""

import msgspec

from polaris.core.customer import Series
from polaris.core.decision import Decision
from polaris.core.events import EventKind
from polaris.core.master_commands import SaveTenant
from polaris.core.numbering import INVOICES, NOTES
from polaris.core.tenant import Settings, Tenant

KINDS = {field.name: field.type for field in msgspec.structs.fields(Settings)}
"""What each setting can be."""

FORMATS = {INVOICES: "invoice_format", NOTES: "note_format"}
"""The setting that says how a series makes its numbers."""


def save(decision: Decision, command: SaveTenant) -> None:
    """The tenant shall have these fields and settings; the ones not given stay."""
    before = decision.the(Tenant, command.tenant_id)
    names = ("name", "currency", "timezone")
    given = {name: value for name in names if (value := getattr(command, name)) is not None}
    settings = changed(before.settings, command.settings_changes)
    after = decision.change(before, settings=settings, **given)
    for series_id, name in FORMATS.items():
        series = decision.the(Series, series_id)
        form = getattr(settings, name)
        if name in command.settings_changes and series.format != form:
            decision.change(series, format=form)
    decision.tell(EventKind.TENANT_SAVED, before, after)


def changed(settings: Settings, changes: dict[str, object]) -> Settings:
    """The settings with these changes; details keep what is not among them.

    Raises msgspec.ValidationError, KeyError.
    """
    values = {name: convert(name, value) for name, value in changes.items()}
    if isinstance(details := values.get("details"), dict):
        values["details"] = {**settings.details, **details}
    return msgspec.structs.replace(settings, **values)


def convert(name: str, value: object) -> object:
    """A setting's value out of a plain one. Raises msgspec.ValidationError, KeyError."""
    return msgspec.convert(value, KINDS[name])
