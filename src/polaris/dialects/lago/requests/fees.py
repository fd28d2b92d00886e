"""Fees as asked for, as lines: what they do not say comes from add-on, customer or tenant."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from pydantic import BaseModel

from polaris.core.commands.values import NewLine
from polaris.core.facts.details import Details
from polaris.dialects.lago.errors import LONG, invalid
from polaris.dialects.lago.requests.call import Text
from polaris.dialects.lago.rules.settings import NAME

LONGEST_ORDER_NUMBER = 255


class Fee(BaseModel):
    """A line as asked for."""

    add_on_code: Text | None = None
    invoice_display_name: Text | None = None
    unit_amount_cents: int | None = None
    units: Decimal | None = None
    description: Text | None = None
    from_datetime: Text | None = None
    to_datetime: Text | None = None
    tax_codes: list[Text] | None = None


class Item(NamedTuple):
    """A line to be, and what only this dialect keeps of it."""

    line: NewLine
    kept: dict[str, object]


class Period(NamedTuple):
    """Both ends of the time that is billed, in UTC; None when the caller says nothing."""

    begins: datetime | None
    ends: datetime | None


def period(fee: Fee) -> Period:
    """Return the period that is billed. Raises LagoError."""
    if fee.from_datetime is None and fee.to_datetime is None:
        return Period(None, None)
    begins, ends = _time(fee.from_datetime), _time(fee.to_datetime)
    if begins is None or ends is None or begins > ends:
        raise invalid(boundaries=["values_are_invalid"])
    return Period(begins, ends)


def _time(text: str | None) -> datetime | None:
    """Return the time in UTC, or None when it cannot be read. Without a zone it is in UTC."""
    try:
        at = datetime.fromisoformat(text or "")
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return at.replace(microsecond=0)


def order_number(asked: str | None) -> str | None:
    """The customer's own order number; an empty one is none. Raises LagoError."""
    number = (asked or "").strip()
    if len(number) > LONGEST_ORDER_NUMBER:
        raise invalid(purchase_order_number=[LONG])
    return number or None


def item(fee: Fee) -> Item:
    """A fee as a line; what it does not say comes from its add-on. Raises LagoError."""
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
    """What this dialect keeps of an invoice: of each fee, by its position."""
    kept = {str(position): item.kept for position, item in enumerate(items, 1) if item.kept}
    return {NAME: {"fees": kept}} if kept else {}


def lines_of(items: Iterable[Item]) -> tuple[NewLine, ...]:
    """The lines of these items."""
    return tuple(item.line for item in items)
