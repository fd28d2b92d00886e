"""Create, change and delete catalogue items and taxes."""

from decimal import Decimal

from msgspec import UNSET

from polaris.core.commands import (
    DeleteCatalogueItem,
    DeleteTaxCode,
    SaveCatalogueItem,
    SaveTaxCode,
)
from polaris.core.commands.base import or_none, set_fields
from polaris.core.decision import Decision
from polaris.core.facts.catalogue import CatalogueItem, TaxCode
from polaris.core.facts.details import merged
from polaris.core.facts.event import EventKind

_ITEM = "code name amount_minor currency invoice_display_name description".split()
_TAX = "code name rate applied_by_default description".split()


def save_item(decision: Decision, command: SaveCatalogueItem) -> None:
    """Create a catalogue item, or change the given fields."""
    before = decision.get(CatalogueItem, command.catalogue_item_id)
    fields = set_fields(command, *_ITEM)
    if command.tax_codes is not UNSET:
        fields["tax_codes"] = tuple(dict.fromkeys(command.tax_codes))
    base = before or CatalogueItem(
        id=command.catalogue_item_id,
        code=or_none(command.code) or "",
        name=or_none(command.name) or "",
        amount_minor=or_none(command.amount_minor) or 0,
        currency=or_none(command.currency) or "",
        created_at=decision.at,
    )
    after = decision.change(base, **fields, details=merged(base.details, command.details))
    decision.emit(EventKind.CATALOGUE_ITEM_SAVED, before, after)


def delete_item(decision: Decision, command: DeleteCatalogueItem) -> None:
    """Delete a catalogue item. Its code can be used again; billed lines stay as they are."""
    before = decision.the(CatalogueItem, command.catalogue_item_id)
    after = decision.change(before, deleted_at=decision.at)
    decision.emit(EventKind.CATALOGUE_ITEM_DELETED, before, after)


def save_tax_code(decision: Decision, command: SaveTaxCode) -> None:
    """Create a tax, or change the given fields. Catalogue items follow a changed code."""
    before = decision.get(TaxCode, command.tax_code_id)
    base = before or TaxCode(
        id=command.tax_code_id,
        code=or_none(command.code) or "",
        name=or_none(command.name) or "",
        rate=or_none(command.rate) or Decimal(0),
        created_at=decision.at,
    )
    fields = set_fields(command, *_TAX)
    after = decision.change(base, **fields, details=merged(base.details, command.details))
    decision.emit(EventKind.TAX_CODE_SAVED, before, after)
    if before and before.code != after.code:
        _recode(decision, before.code, after.code)


def delete_tax_code(decision: Decision, command: DeleteTaxCode) -> None:
    """Delete a tax. Its code can be used again; catalogue items lose it, taxed lines keep it."""
    before = decision.the(TaxCode, command.tax_code_id)
    after = decision.change(before, deleted_at=decision.at)
    decision.emit(EventKind.TAX_CODE_DELETED, before, after)
    _recode(decision, before.code, None)


def _recode(decision: Decision, code: str, new_code: str | None) -> None:
    """Replace a tax code in all catalogue items; None removes it."""
    for catalogue_item in decision.every(CatalogueItem):
        if code in catalogue_item.tax_codes and not catalogue_item.deleted_at:
            codes = [new_code if old == code else old for old in catalogue_item.tax_codes]
            after = decision.change(catalogue_item, tax_codes=tuple(filter(None, codes)))
            decision.emit(EventKind.CATALOGUE_ITEM_SAVED, catalogue_item, after)
