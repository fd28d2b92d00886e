"""Settings of the tenant: everybody sees them, an administrator changes them."""

import asyncio
import json
from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import available_timezones

from starlette.responses import RedirectResponse, Response

from polaris.console.access import CommandRefused, Visit, action, page
from polaris.console.rendering import render
from polaris.console.settings_form import (
    NO,
    YES,
    Unreadable,
    dialect_fields,
    faults_of,
    label,
    save_command,
    typed_values,
    values_of,
)
from polaris.core.commands import SaveTenant
from polaris.core.facts.series import SeriesScope
from polaris.core.facts.tenant import Tenant, VoidDated, changed, fingerprint
from polaris.core.refusals import TenantChangedMeanwhile
from polaris.engine import new_id
from polaris.operators.roles import Role
from polaris.services.declared_settings import DeclaredSettings
from polaris.services.settings import (
    NextNumbers,
    current_tenant,
    latest_changes,
    next_numbers,
)
from polaris.store.read.settings import TenantChange

NUMBERING = ("invoice_scope", "invoice_format", "note_scope", "note_format")

CHOICES = {
    "invoice_scope": {
        SeriesScope.TENANT: "All of them",
        SeriesScope.CUSTOMER: "Those of one customer",
    },
    "note_scope": {
        SeriesScope.TENANT: "All of them",
        SeriesScope.CUSTOMER: "Those of one customer",
        SeriesScope.INVOICE: "Those of one invoice",
    },
    "void_dated": {
        VoidDated.TODAY: "On the day of the void",
        VoidDated.INVOICE: "On the invoice’s own date",
    },
}


class SettingsForm(NamedTuple):
    """The form as it is shown: its texts, and what is wrong with them."""

    values: Mapping[str, str]
    was: Mapping[str, str]  # the texts when the tenant was read
    faults: Mapping[str, str]  # a sentence by the name of the field; an empty name: of the form
    missed: tuple[TenantChange, ...] = ()  # what others changed since the form was opened
    saved: str = ""

    @property
    def read(self) -> str:
        """The texts when the tenant was read, as JSON for the form."""
        return json.dumps(dict(self.was))


async def settings_page(visit: Visit) -> Response:
    """Show the settings."""
    tenant = await current_tenant(visit.caller)
    values = values_of(tenant, _declared(visit), visit.locale)
    saved = visit.request.query_params.get("saved", "")
    return await _page(visit, tenant, SettingsForm(values, values, {}, saved=saved))


async def save(visit: Visit) -> Response:
    """Save what the operator changed, unless somebody else changed the settings meanwhile."""
    tenant = await current_tenant(visit.caller)
    current = values_of(tenant, _declared(visit), visit.locale)
    typed, was = typed_values(visit.form, current), _was(visit, current)
    edits = {name: text for name, text in typed.items() if text != was[name]}
    if not edits:
        return RedirectResponse("/settings?saved=nothing", 303)
    read_as = visit.text("fingerprint")
    try:
        command = save_command(tenant, _declared(visit), edits, read_as, visit.locale)
        await visit.caller.perform(command)
    except Unreadable as unreadable:
        form = SettingsForm(typed, was, unreadable.faults)
        return await _page(visit, tenant, form, 422, read_as)
    except CommandRefused as refused:
        if any(isinstance(each, TenantChangedMeanwhile) for each in refused.refusals):
            tenant = await current_tenant(visit.caller)
            current = values_of(tenant, _declared(visit), visit.locale)
            missed = await _missed(visit)
            form = SettingsForm({**current, **edits}, current, {}, missed)
            return await _page(visit, tenant, form, 409)
        faults = faults_of(refused.refusals, current)
        return await _page(visit, tenant, SettingsForm(typed, was, faults), 422, read_as)
    return RedirectResponse("/settings?saved=yes", 303)


def _was(visit: Visit, current: Mapping[str, str]) -> dict[str, str]:
    """Return the texts when the form was opened, as the form carries them."""
    try:
        sent = json.loads(visit.text("was"))
    except ValueError:
        sent = {}
    known = sent if isinstance(sent, dict) else {}
    return {name: str(known.get(name, text)) for name, text in current.items()}


async def _missed(visit: Visit) -> tuple[TenantChange, ...]:
    """Return the changes since the form was opened."""
    changes = await latest_changes(visit.caller)
    seen = [change.audit_id for change in changes].index
    try:
        return tuple(changes[: seen(visit.text("last_change"))])
    except ValueError:
        return tuple(changes[:1])


async def numbers(visit: Visit) -> Response:
    """Show the numbers that the typed formats would give, or why they are refused."""
    tenant = await current_tenant(visit.caller)
    typed = {name: visit.request.query_params.get(name, "").strip() for name in NUMBERING}
    before = values_of(tenant, (), visit.locale)
    edits: dict[str, object] = {
        name: text for name, text in typed.items() if text and text != before[name]
    }
    faults: dict[str, str] = {}
    if edits:
        command = SaveTenant(tenant_id=tenant.id, settings_changes=edits)
        try:
            await visit.caller.preview(command)
        except CommandRefused as refused:
            faults = faults_of(refused.refusals, NUMBERING)
    upcoming = None if faults else await next_numbers(visit.caller, changed(tenant.settings, edits))
    return render(visit, "settings_numbers.html", upcoming=upcoming, faults=faults, label=label)


async def _page(
    visit: Visit, tenant: Tenant, form: SettingsForm, status: int = 200, read_as: str = ""
) -> Response:
    upcoming: NextNumbers
    upcoming, changes = await asyncio.gather(
        next_numbers(visit.caller, tenant.settings), latest_changes(visit.caller, 1)
    )
    visit.tenant = tenant
    return render(
        visit,
        "settings.html",
        status=status,
        form=form,
        editable=visit.may(Role.ADMIN),
        fingerprint=read_as or fingerprint(tenant),
        request_id=new_id(),
        upcoming=upcoming,
        last_change=changes[0] if changes else None,
        dialects=[(each.dialect, dialect_fields(each)) for each in _declared(visit)],
        choices=CHOICES,
        label=label,
        timezones=sorted(available_timezones()),
        yes=YES,
        no=NO,
    )


def _declared(visit: Visit) -> tuple[DeclaredSettings, ...]:
    declared: tuple[DeclaredSettings, ...] = visit.request.app.state.dialect_settings
    return declared


ROUTES = [
    page("/settings", settings_page),
    page("/settings/numbers", numbers),
    action("/settings", save, Role.ADMIN),
]
