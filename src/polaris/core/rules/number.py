"""Requirements about numbers and their formats. Each sentence states what must hold."""

import msgspec

from polaris.core import refusals
from polaris.core.balances import number_format, numbering
from polaris.core.commands import RecordInvoice, SaveTenant
from polaris.core.commands.text import LONGEST
from polaris.core.facts import tenant
from polaris.core.facts.invoice import Status
from polaris.core.facts.series import DocumentNumber, Series, SeriesScope
from polaris.core.facts.tenant import Settings
from polaris.core.rules.requirement import Case, Details, requires, unless

_OWNERS = {"invoice_format": ("customer",), "note_format": ("customer", "invoice")}


@requires(refusals.NumberTaken)
def number_free(case: Case[RecordInvoice]) -> Details | None:
    """No document of the tenant has the number already."""
    number = _recorded(case)
    taken = number is not None and case.decision.get(DocumentNumber, number) is not None
    return unless(not taken, field="number", number=number)


@requires(refusals.NumberOfSeries)
def number_outside_series(case: Case[RecordInvoice]) -> Details | None:
    """The number is not one that a series of the tenant will give later."""
    number = _recorded(case)
    if number is None:
        return None
    settings = case.decision.tenant.settings
    given = _will_be_given(case, settings.invoice_format, settings.invoice_scope, number)
    noted = number_format.position(settings.note_format, number) is not None
    return unless(not (given or noted), field="number", number=number)


def _recorded(case: Case[RecordInvoice]) -> str | None:
    """Return the number that the command stores; a draft has none."""
    return None if case.command.status is Status.DRAFT else case.command.number


def _will_be_given(case: Case[RecordInvoice], form: str, scope: SeriesScope, number: str) -> bool:
    position = number_format.position(form, number)
    series = case.decision.get(Series, case.command.series)
    if position is None or series is None:
        return False
    return scope is not SeriesScope.TENANT or position >= series.next


# ---------------------------------------------------------------- formats


@requires(refusals.FormatNotPossible)
def formats_possible(case: Case[SaveTenant]) -> Details | None:
    """A number format contains the next number, and only known placeholders."""
    for name, owners in _OWNERS.items():
        form = case.command.settings_changes.get(name)
        if isinstance(form, str) and not number_format.possible(form, *owners):
            return {"field": name, "given": form[:LONGEST]}
    return None


@requires(refusals.FormatWithoutOwner)
def formats_name_owner(case: Case[SaveTenant]) -> Details | None:
    """A number format names the customer or the invoice whose documents its series counts."""
    after = changed_settings(case.decision.tenant.settings, case.command)
    for numbers in _changed_numbers(case):
        of_scope, field = numbering.KINDS[numbers.series]
        scope = getattr(after, of_scope)
        owner = numbering.PLACEHOLDERS.get(scope)
        if owner and owner not in number_format.placeholders(_format(case, field)):
            return {"field": field, "scope": scope}
    return None


@requires(refusals.FormatsOverlap)
def formats_differ(case: Case[SaveTenant]) -> Details | None:
    """No invoice and credit note can get the same number."""
    changed = _changed_numbers(case)
    if not changed:
        return None
    forms = [_format(case, field) for _, field in numbering.KINDS.values()]
    known = all(number_format.possible(form, *_OWNERS["note_format"]) for form in forms)
    alike = known and number_format.overlap(*forms)
    return unless(not alike, field=numbering.KINDS[changed[0].series][1])


@requires(refusals.FormatRepeatsNumber)
def formats_repeat_nothing(case: Case[SaveTenant]) -> Details | None:
    """A number format gives no number that a document has already."""
    for numbers in _changed_numbers(case):
        used = numbering.used_number(case.decision, numbers)
        if used is not None:
            return {"field": numbering.KINDS[numbers.series][1], "number": used}
    return None


def _changed_numbers(case: Case[SaveTenant]) -> list[numbering.Numbers]:
    """Return the numbers of the formats that change; none if a setting is not possible."""
    before = case.decision.tenant.settings
    after = changed_settings(before, case.command)
    return list(numbering.changed_numbers(before, after)) if after else []


def changed_settings(before: Settings, command: SaveTenant) -> Settings | None:
    """Return the settings as the command leaves them, or None if one is not possible."""
    try:
        return tenant.changed(before, command.settings_changes)
    except (msgspec.ValidationError, KeyError):
        return None


def _format(case: Case[SaveTenant], field: str) -> str:
    after = changed_settings(case.decision.tenant.settings, case.command)
    return str(getattr(after, field))


RECORD = (number_free, number_outside_series)
FORMATS = (formats_possible, formats_name_owner, formats_differ, formats_repeat_nothing)
