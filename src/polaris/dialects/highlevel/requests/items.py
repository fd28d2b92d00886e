"""Requested items as invoice lines, with the discount shared out over them."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from polaris.core.balances.line import gross_of
from polaris.core.commands.values import NewLine, TaxRate
from polaris.dialects.highlevel.errors import invalid
from polaris.dialects.highlevel.requests.bodies import Discount, Item, ItemTax
from polaris.dialects.highlevel.requests.coercion import to_minor
from polaris.money import allocate, rounded

KEPT = ("priceId", "automaticTaxCategoryId", "isSetupFeeItem", "type")
"""The fields of an item that only this dialect stores."""

WHOLE = Decimal(100)  # percent


class Billed(NamedTuple):
    """The lines of an invoice, and what only this dialect stores of them."""

    lines: tuple[NewLine, ...]
    kept: dict[str, object]  # for the details of the invoice


def billed(
    items: Sequence[Item],
    discount: Discount | None,
    currency: str,
    field: str,
    new_id: Callable[[], str],
) -> Billed:
    """Return the items as lines. `field` is the name of the list in the body.

    Raises HighLevelError 422, which names the field, for values that Polaris does not have.
    """
    lines = [
        line(item, currency, f"{field}.{position}", new_id()) for position, item in enumerate(items)
    ]
    kept: dict[str, object] = {"items": items_kept(items, lines), "discount": {}}
    if discount is not None and discount.value:
        shares = discount_shares(lines, discount, currency)
        kept["discount"] = discount_kept(discount, sum(shares))
        lines = [
            msgspec.structs.replace(one, discount_minor=share)
            for one, share in zip(lines, shares, strict=True)
        ]
    return Billed(tuple(lines), kept)


def line(item: Item, currency: str, field: str, line_id: str) -> NewLine:
    """Return an item as a line. Raises HighLevelError 422."""
    if item.currency != currency:
        raise invalid(f"{field}.currency must be the currency of the invoice, {currency}")
    if item.taxInclusive:
        raise invalid(f"{field}.taxInclusive must be false: prices include no tax")
    if item.qty < 0:
        raise invalid(f"{field}.qty must not be less than 0")
    return NewLine(
        id=line_id,
        code=item.productId or None,
        description=item.name,
        item_description=item.description or None,
        quantity=item.qty,
        unit_price=Decimal(to_minor(item.amount, currency, f"{field}.amount")),
        taxes=tuple(
            tax_rate(tax, f"{field}.taxes.{position}")
            for position, tax in enumerate(item.taxes or ())
        ),
    )


def tax_rate(tax: ItemTax, field: str) -> TaxRate:
    """Return a tax on an item. Raises HighLevelError 422."""
    if tax.calculation != "exclusive":
        raise invalid(f"{field}.calculation must be exclusive: prices include no tax")
    if tax.rate < 0:
        raise invalid(f"{field}.rate must not be less than 0")
    return TaxRate(
        code=tax.taxId or tax.id,
        name=tax.name,
        rate=tax.rate,
        description=tax.description or None,
    )


def items_kept(items: Sequence[Item], lines: Sequence[NewLine]) -> dict[str, object]:
    """Return the fields that only this dialect stores of each item, by the id of its line."""
    return {
        str(line.id): item.model_dump(include=set(KEPT), exclude_none=True)
        for item, line in zip(items, lines, strict=True)
    }


# ---------------------------------------------------------------- the discount


def discount_shares(lines: Sequence[NewLine], discount: Discount, currency: str) -> list[int]:
    """Return the discount of each line in minor units. They add up to the discount exactly.

    Raises HighLevelError 422 for a discount that is larger than what it is given on.
    """
    products = discount.validOnProductIds or None
    bases = [gross_of(one) if products is None or one.code in products else 0 for one in lines]
    amount_minor = discount_minor(discount, sum(bases), currency)
    if amount_minor > sum(bases):
        raise invalid("discount.value must not be more than the items that it is given on")
    return allocate(amount_minor, bases)


def discount_minor(discount: Discount, base_minor: int, currency: str) -> int:
    """Return the discount on a base, in minor units; a percentage is rounded half up, once.

    Raises HighLevelError 422.
    """
    value = discount.value or Decimal(0)
    if discount.type == "fixed":
        return to_minor(value, currency, "discount.value")
    if not 0 <= value <= WHOLE:
        raise invalid("discount.value must be a percentage from 0 to 100")
    return rounded(base_minor * value / WHOLE)


def discount_kept(discount: Discount, amount_minor: int) -> dict[str, object]:
    """Return what only this dialect stores of the discount."""
    given = discount.model_dump(include={"type", "validOnProductIds"}, exclude_none=True)
    return {"given": given, "value": str(discount.value), "amount_minor": amount_minor}
