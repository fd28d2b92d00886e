"""Create, change and delete what a tenant bills and taxes by a code."""

from collections.abc import Iterable
from decimal import Decimal

from polaris.core.commands import Command, DeleteAddOn, DeleteTaxCode, SaveAddOn, SaveTaxCode
from polaris.core.decision import Decision
from polaris.core.facts.catalogue import AddOn, TaxCode
from polaris.core.facts.event import EventKind

_ADD_ON = "code name amount_minor currency".split()


_TAX_CODE = "code name rate applied_by_default".split()


def save_add_on(decision: Decision, command: SaveAddOn) -> None:
    """The add-on shall have these fields; the ones not given stay."""
    before = decision.get(AddOn, command.add_on_id)
    fields = _given(command, _ADD_ON) | _told(command, ["invoice_display_name", "description"])
    fields |= _merged(command.details, before)
    if command.tax_codes is not None:
        fields["tax_codes"] = tuple(dict.fromkeys(command.tax_codes))
    base = before or AddOn(
        id=command.add_on_id,
        code=command.code or "",
        name=command.name or "",
        amount_minor=command.amount_minor or 0,
        currency=command.currency or "",
        created_at=decision.at,
    )
    decision.emit(EventKind.ADD_ON_SAVED, before, decision.change(base, **fields))


def delete_add_on(decision: Decision, command: DeleteAddOn) -> None:
    """The code is free again; what was billed stays as it was."""
    before = decision.the(AddOn, command.add_on_id)
    after = decision.change(before, deleted_at=decision.at)
    decision.emit(EventKind.ADD_ON_DELETED, before, after)


def save_tax_code(decision: Decision, command: SaveTaxCode) -> None:
    """The tax shall have these fields; the ones not given stay. Add-ons follow a new code."""
    before = decision.get(TaxCode, command.tax_code_id)
    fields = _given(command, _TAX_CODE) | _told(command, ["description"])
    fields |= _merged(command.details, before)
    base = before or TaxCode(
        id=command.tax_code_id,
        code=command.code or "",
        name=command.name or "",
        rate=command.rate or Decimal(0),
        created_at=decision.at,
    )
    after = decision.change(base, **fields)
    decision.emit(EventKind.TAX_CODE_SAVED, before, after)
    if before and before.code != after.code:
        _recode(decision, before.code, after.code)


def delete_tax_code(decision: Decision, command: DeleteTaxCode) -> None:
    """The code is free again; what was taxed stays as it was, add-ons lose the code."""
    before = decision.the(TaxCode, command.tax_code_id)
    after = decision.change(before, deleted_at=decision.at)
    decision.emit(EventKind.TAX_CODE_DELETED, before, after)
    _recode(decision, before.code, None)


def _recode(decision: Decision, code: str, becomes: str | None) -> None:
    """Let the add-ons that name a tax name what it became."""
    for add_on in decision.every(AddOn):
        if code in add_on.tax_codes and not add_on.deleted_at:
            named = [becomes if one == code else one for one in add_on.tax_codes]
            after = decision.change(add_on, tax_codes=tuple(one for one in named if one))
            decision.emit(EventKind.ADD_ON_SAVED, add_on, after)


def _given(command: Command, names: Iterable[str]) -> dict[str, object]:
    """The fields that were given."""
    return {name: value for name in names if (value := getattr(command, name)) is not None}


def _told(command: Command, names: Iterable[str]) -> dict[str, object]:
    """Fields that may be none, which is what an empty value says."""
    return {name: value or None for name, value in _given(command, names).items()}


def _merged(details: dict[str, object] | None, before: AddOn | TaxCode | None) -> dict[str, object]:
    """The details with those given in the place of what was there."""
    if details is None:
        return {}
    return {"details": {**(before.details if before else {}), **details}}
