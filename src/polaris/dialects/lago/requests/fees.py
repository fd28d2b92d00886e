"""Fees as asked for, as lines: what they do not say comes from add-on, customer or tenant."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from pydantic import BaseModel

from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.commands.values import NewLine, TaxRate
from polaris.core.facts.catalogue import AddOn, TaxCode
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Line, Tax
from polaris.dialects.lago.errors import LONG, invalid, not_found
from polaris.dialects.lago.requests.call import Call, Text
from polaris.dialects.lago.responses.customers import tax_ids
from polaris.dialects.lago.responses.formats import stamp
from polaris.store.read import catalogue

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
    """A line to be, and what is kept of it beside the books."""

    line: NewLine
    kept: dict[str, object]


# ---------------------------------------------------------------- who, what, since when


async def add_ons_of(call: Call, codes: Iterable[str | None]) -> Mapping[str, AddOn]:
    """The add-ons with these codes, as far as there are any."""
    return await call.read(catalogue.add_ons_called, {code for code in codes if code})


def add_on_of(fee: Fee, known: Mapping[str, AddOn]) -> AddOn:
    """The add-on that a fee bills. Raises LagoError."""
    add_on = known.get(fee.add_on_code or "")
    if add_on is None:
        raise not_found("add_on")
    return add_on


def period(fee: Fee) -> tuple[str | None, str | None]:
    """Both ends of the period that is billed, or none. Raises LagoError."""
    if fee.from_datetime is None and fee.to_datetime is None:
        return None, None
    begins, ends = _time(fee.from_datetime), _time(fee.to_datetime)
    if begins is None or ends is None or begins > ends:
        raise invalid(boundaries=["values_are_invalid"])
    return stamp(begins), stamp(ends)


def _time(text: str | None) -> datetime | None:
    """A time in UTC, where one without a zone is; none for what is none."""
    try:
        at = datetime.fromisoformat(text or "")
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def order_number(asked: str | None) -> str | None:
    """The customer's own order number; an empty one is none. Raises LagoError."""
    number = (asked or "").strip()
    if len(number) > LONGEST_ORDER_NUMBER:
        raise invalid(purchase_order_number=[LONG])
    return number or None


# ---------------------------------------------------------------- taxes


class Taxing:
    """Which taxes a line bears: those asked for, else its add-on's, its customer's, the default."""

    def __init__(
        self,
        known: Mapping[str, TaxCode],
        of_customer: Sequence[str] = (),
        by_default: Sequence[str] = (),
    ) -> None:
        self.known, self.of_customer, self.by_default = known, of_customer, by_default

    def of(self, asked: Sequence[str] | None, add_on: AddOn | None) -> tuple[TaxRate, ...]:
        """The taxes of a line. Raises LagoError: what is asked for must be there."""
        for code in asked or ():
            if code not in self.known:
                raise not_found("tax")
        usual = (add_on.tax_codes if add_on else (), self.of_customer, self.by_default)
        codes = asked or next((some for some in usual if some), ())
        return tuple(rate(self.known[one]) for one in dict.fromkeys(codes) if one in self.known)

    def kept(self, lines: Iterable[NewLine]) -> dict[str, object]:
        """What is kept of the taxes of these lines beside the books, by code."""
        codes = {tax.code for line in lines for tax in line.taxes} & self.known.keys()
        return {
            code: {"lago_tax_id": tax.id, "description": tax.description}
            for code, tax in sorted(self.known.items())
            if code in codes
        }

    def today(self, tax: Tax) -> TaxRate:
        """A tax that was billed before, as it is today; one that is no more as it was."""
        if tax.code in self.known and not tax.given:
            return rate(self.known[tax.code])
        given = tax.amount_minor if tax.given else None
        return TaxRate(code=tax.code, name=tax.name, rate=tax.rate, amount_minor=given)


def rate(tax: TaxCode) -> TaxRate:
    """A tax as it is today."""
    return TaxRate(code=tax.code, name=tax.name, rate=tax.rate)


async def taxing(
    call: Call,
    customer: Customer,
    add_ons: Iterable[AddOn] = (),
    asked: Iterable[Iterable[str] | None] = (),
) -> Taxing:
    """Today's taxes, as far as lines with these add-ons and codes of their own may bear them."""
    named = {code for codes in asked for code in codes or ()}
    named |= {code for add_on in add_ons for code in add_on.tax_codes}
    found = await call.read(catalogue.taxes_called, named)
    own = tax_ids(customer)
    there = await call.read(catalogue.taxes_with_ids, own) if own else {}
    of_customer = [there[tax_id] for tax_id in own if tax_id in there]
    by_default = await call.read(catalogue.default_taxes)
    known = {**found, **{tax.code: tax for tax in (*of_customer, *by_default)}}
    return Taxing(known, [tax.code for tax in of_customer], [tax.code for tax in by_default])


# ---------------------------------------------------------------- lines


def item(fee: Fee, add_on: AddOn, taxes: Taxing) -> Item:
    """A fee of an add-on as a line. Raises LagoError."""
    begins, ends = period(fee)
    name = fee.invoice_display_name or add_on.invoice_display_name or add_on.name
    price = add_on.amount_minor if fee.unit_amount_cents is None else fee.unit_amount_cents
    line = NewLine(
        code=add_on.code,
        description=name,
        quantity=Decimal(1) if fee.units is None else fee.units,
        unit_price=Decimal(price),
        taxes=taxes.of(fee.tax_codes, add_on),
    )
    kept: dict[str, object] = {
        "add_on_id": add_on.id,
        "name": add_on.name,
        "item_description": add_on.description,
        "description": add_on.description if fee.description is None else fee.description,
        "tax_codes": fee.tax_codes,
        "from": begins,
        "to": ends,
    }
    return Item(line, kept)


def again(balance: InvoiceBalance, line: Line, taxes: Taxing) -> NewLine:
    """A line of a draft once more, with its taxes as they are today."""
    return NewLine(
        kind=line.kind,
        code=line.code,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount_minor=line.gross_minor,
        discount_minor=line.discount_minor,
        taxes=tuple(taxes.today(tax) for tax in balance.taxes if tax.line_id == line.id),
        account=line.account,
        wallet_id=line.wallet_id,
        original_line_id=line.original_line_id,
    )


def details_of(items: Sequence[Item], taxes: Taxing, order: object) -> dict[str, object]:
    """What an invoice keeps beside the books: of its fees by position, of its taxes by code."""
    return {
        "fees": {str(position): item.kept for position, item in enumerate(items, 1)},
        "taxes": taxes.kept(item.line for item in items),
        "purchase_order_number": order,
    }
