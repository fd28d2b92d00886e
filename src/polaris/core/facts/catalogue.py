"""A tenant's catalogue: items to bill and taxes, each with a code."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from msgspec import field

from polaris.core.facts.details import Details
from polaris.core.facts.row import Changing


class CatalogueItem(Changing, frozen=True, array_like=True, kw_only=True):
    """An item that invoice lines name by its code. Lines keep their own name and price."""

    table: ClassVar[str] = "catalogue_item"
    found_by: ClassVar[tuple[str, ...]] = ("code",)

    code: str
    name: str
    invoice_display_name: str | None = None  # the name on invoices; default: `name`
    description: str | None = None
    amount_minor: int  # price of one unit, unless the line has its own
    currency: str
    tax_codes: tuple[str, ...] = ()  # empty: the customer's taxes apply
    details: Details = field(default_factory=dict)
    created_at: datetime
    deleted_at: datetime | None = None


class TaxCode(Changing, frozen=True, array_like=True, kw_only=True):
    """A tax that invoice lines name by its code. Lines keep the rate at which they were taxed."""

    table: ClassVar[str] = "tax_code"
    found_by: ClassVar[tuple[str, ...]] = ("code",)

    code: str
    name: str
    rate: Decimal  # percent
    description: str | None = None
    applied_by_default: bool = False  # on lines for which nothing else names a tax
    details: Details = field(default_factory=dict)
    created_at: datetime
    deleted_at: datetime | None = None
