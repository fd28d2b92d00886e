"""What is billed and taxed by a code: a tenant's catalogue."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from msgspec import field

from polaris.core.facts.details import Details
from polaris.core.facts.row import Changing


class CatalogueItem(Changing, frozen=True, array_like=True, kw_only=True):
    """A thing that is billed by its code. What was billed keeps its own name and price."""

    table: ClassVar[str] = "catalogue_item"
    found_by: ClassVar[tuple[str, ...]] = ("code",)

    code: str
    name: str
    invoice_display_name: str | None = None  # what invoices call it, unless by its name
    description: str | None = None
    amount_minor: int  # for one of it, unless the invoice says otherwise
    currency: str
    tax_codes: tuple[str, ...] = ()  # none: taxed as its customer is
    details: Details = field(default_factory=dict)
    created_at: datetime
    deleted_at: datetime | None = None


class TaxCode(Changing, frozen=True, array_like=True, kw_only=True):
    """A tax by its code. What was taxed keeps the rate that it was taxed at."""

    table: ClassVar[str] = "tax_code"
    found_by: ClassVar[tuple[str, ...]] = ("code",)

    code: str
    name: str
    rate: Decimal  # percent
    description: str | None = None
    applied_by_default: bool = False  # on whatever names no tax of its own
    details: Details = field(default_factory=dict)
    created_at: datetime
    deleted_at: datetime | None = None
