"""Change the fields and settings of a tenant."""

from msgspec.structs import replace

from polaris.core.commands import SaveTenant
from polaris.core.commands.base import set_fields
from polaris.core.decision import Decision
from polaris.core.facts.details import merged
from polaris.core.facts.event import EventKind
from polaris.core.facts.series import INVOICES, NOTES, Series
from polaris.core.facts.tenant import Tenant, changed

_FIELDS = "name currency timezone legal_name tax_number email phone".split()

FORMATS = {INVOICES: "invoice_format", NOTES: "note_format"}
"""The setting with the number format of each series."""


def save(decision: Decision, command: SaveTenant) -> None:
    """Change the given fields and settings of a tenant."""
    before = decision.the(Tenant, command.tenant_id)
    settings = changed(before.settings, command.settings_changes)
    details = merged(before.details, command.details)
    fields = set_fields(command, *_FIELDS)
    fields["address"] = replace(before.address, **set_fields(command.address))
    after = decision.change(before, **fields, settings=settings, details=details)
    for series_id, name in FORMATS.items():
        series = decision.the(Series, series_id)
        form = getattr(settings, name)
        if name in command.settings_changes and series.format != form:
            decision.change(series, format=form)
    decision.emit(EventKind.TENANT_SAVED, before, after)
