"""Requested fees as invoice lines; missing values come from the add-on, customer or tenant."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from pydantic import BaseModel

from polaris.api.coercion import MaybeDecimal, MaybeWhole, read_time, readable
from polaris.core.commands.values import NewLine
from polaris.core.facts.details import Details
from polaris.dialects.lago.errors import LONG, invalid
from polaris.dialects.lago.requests.call import Text
from polaris.dialects.lago.rules.settings import NAME

LONGEST_ORDER_NUMBER = 255


class Fee(BaseModel):
    """A requested invoice line."""

    add_on_code: Text | None = None
    invoice_display_name: Text | None = None
    unit_amount_cents: MaybeWhole = None
    units: MaybeDecimal = None
    description: Text | None = None
    from_datetime: Text | None = None
    to_datetime: Text | None = None
    tax_codes: list[Text] | None = None


class Item(NamedTuple):
    """A new line, and the fields that only this dialect stores for it."""

    line: NewLine
    kept: dict[str, object]


class Period(NamedTuple):
    """The start and end of the billed period, in UTC; None if the caller gives none."""

    begins: datetime | None
    ends: datetime | None


def period(fee: Fee) -> Period:
    """Return the billed period. Raises LagoError if it is invalid or has one end only."""
    if fee.from_datetime is None and fee.to_datetime is None:
        return Period(None, None)
    begins, ends = _time(fee.from_datetime), _time(fee.to_datetime)
    if begins is None or ends is None or begins > ends:
        raise invalid(boundaries=["values_are_invalid"])
    return Period(begins, ends)


def _time(text: str | None) -> datetime | None:
    """Return the time in UTC without fractions of a second, or None if it is not a time."""
    at = readable(read_time, text)
    return at and at.replace(microsecond=0)


def order_number(asked: str | None) -> str | None:
    """Return the purchase order number, or None if it is empty. Raises LagoError if too long."""
    number = (asked or "").strip()
    if len(number) > LONGEST_ORDER_NUMBER:
        raise invalid(purchase_order_number=[LONG])
    return number or None


def item(fee: Fee) -> Item:
    """Return a fee as a line; the engine fills missing values from the add-on. Raises LagoError."""
    begins, ends = period(fee)
    price = fee.unit_amount_cents
    line = NewLine(
        item_code=fee.add_on_code or "",
        description=fee.invoice_display_name or "",
        quantity=Decimal(1) if fee.units is None else fee.units,
        unit_price=None if price is None else Decimal(price),
        tax_codes=None if fee.tax_codes is None else tuple(fee.tax_codes),
        period_from=begins,
        period_to=ends,
    )
    return Item(line, {} if fee.description is None else {"description": fee.description})


def details_of(items: Sequence[Item]) -> Details:
    """Return the invoice details: the dialect's own fields of each fee, by its position from 1."""
    kept = {str(position): item.kept for position, item in enumerate(items, 1) if item.kept}
    return {NAME: {"fees": kept}} if kept else {}


def lines_of(items: Iterable[Item]) -> tuple[NewLine, ...]:
    """Return the lines of the items."""
    return tuple(item.line for item in items)
