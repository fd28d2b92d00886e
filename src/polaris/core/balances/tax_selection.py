"""The taxes that apply to a line, and their rates."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

import msgspec

from polaris.core.commands.values import NewLine, TaxRate
from polaris.core.decision import Decision
from polaris.core.facts.catalogue import CatalogueItem, TaxCode
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Line

R = TypeVar("R", CatalogueItem, TaxCode)


def live_item(decision: Decision, code: str | None) -> CatalogueItem | None:
    """Return the catalogue item that has this code now, or None."""
    return _live(decision.of(CatalogueItem, "code", code or ""))


def live_tax(decision: Decision, code: str) -> TaxCode | None:
    """Return the tax that has this code now, or None."""
    return _live(decision.of(TaxCode, "code", code))


def _live(rows: Sequence[R]) -> R | None:
    return next((row for row in rows if not row.deleted_at), None)


def resolved(decision: Decision, customer: Customer | None, line: NewLine) -> NewLine:
    """Return the line with the values of its catalogue item and with its taxes.

    Unknown codes are ignored here; rules refuse them.
    """
    if line.item_code is None and line.tax_codes is None:
        return line
    item = live_item(decision, line.item_code)
    taxes = usual_taxes(decision, customer, item, line.tax_codes or ())
    return msgspec.structs.replace(_of_item(line, item) if item else line, taxes=taxes)


def _of_item(line: NewLine, item: CatalogueItem) -> NewLine:
    priced = line.unit_price is not None or line.amount_minor is not None
    return msgspec.structs.replace(
        line,
        code=item.code,
        name=item.name,
        item_id=item.id,
        item_description=item.description,
        description=line.description or item.invoice_display_name or item.name,
        unit_price=line.unit_price if priced else Decimal(item.amount_minor),
    )


def usual_taxes(
    decision: Decision,
    customer: Customer | None,
    item: CatalogueItem | None,
    asked: Sequence[str] = (),
) -> tuple[TaxRate, ...]:
    """Return the requested taxes, else the item's, else the customer's, else the tenant's."""
    codes = asked or (item.tax_codes if item else ())
    taxes = [tax for code in dict.fromkeys(codes) if (tax := live_tax(decision, code))]
    if not codes:
        taxes = _of_customer(decision, customer) or _by_default(decision)
    return tuple(rate_of(tax) for tax in taxes)


def _of_customer(decision: Decision, customer: Customer | None) -> list[TaxCode]:
    ids = customer.tax_code_ids if customer else ()
    rows = [decision.get(TaxCode, tax_code_id) for tax_code_id in ids]
    return [row for row in rows if row and not row.deleted_at]


def _by_default(decision: Decision) -> list[TaxCode]:
    rows = decision.every(TaxCode)
    usual = [row for row in rows if row.applied_by_default and not row.deleted_at]
    return sorted(usual, key=lambda row: row.code)


def rate_of(tax: TaxCode) -> TaxRate:
    """Return the current rate of a tax of the catalogue."""
    return TaxRate(
        code=tax.code,
        name=tax.name,
        rate=tax.rate,
        tax_code_id=tax.id,
        description=tax.description,
    )


def retaxed(decision: Decision, line: NewLine) -> NewLine:
    """Return the line with its own taxes at today's rates."""
    return msgspec.structs.replace(line, taxes=tuple(_today(decision, tax) for tax in line.taxes))


def _today(decision: Decision, tax: TaxRate) -> TaxRate:
    """Return the tax at today's rate; unchanged if its code was deleted or its amount given."""
    now = live_tax(decision, tax.code) if tax.amount_minor is None else None
    return rate_of(now) if now else msgspec.structs.replace(tax, tax_code_id=None, description=None)


def taxed_otherwise(line: NewLine, other: NewLine) -> bool:
    """Return True if the taxes of two lines differ in code, name, rate or given amount."""
    return [_essence(tax) for tax in line.taxes] != [_essence(tax) for tax in other.taxes]


def _essence(tax: TaxRate) -> tuple[object, ...]:
    return tax.code, tax.name, tax.rate, tax.amount_minor


def repeated(decision: Decision, customer: Customer, line: NewLine, original: Line) -> NewLine:
    """Return a line that repeats another, with the taxes that apply to such a line today.

    These are the codes in the command, else those of the original, else the taxes of the item,
    the customer or the tenant. A line without an item keeps its own taxes, at today's rates.
    """
    item = live_item(decision, line.code)
    then = tuple(code for code in original.tax_codes or () if live_tax(decision, code))
    asked = line.tax_codes or then
    if item is None and not asked:
        return retaxed(decision, line)
    taxes = usual_taxes(decision, customer, item, asked)
    codes = line.tax_codes if line.tax_codes is not None else original.tax_codes
    return msgspec.structs.replace(line, taxes=taxes, tax_codes=codes)
