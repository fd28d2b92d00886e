"""Commands about what is billed and taxed by a code."""

from decimal import Decimal

from msgspec import UNSET, field

from polaris.core.commands.base import Command, Given
from polaris.core.facts.details import Details


class SaveCatalogueItem(Command, frozen=True, kw_only=True):
    """Create a thing that is billed by its code, or change the fields that are given."""

    catalogue_item_id: str
    code: Given[str] = UNSET  # required for a new one, as are name, amount and currency
    name: Given[str] = UNSET
    amount_minor: Given[int] = UNSET
    currency: Given[str] = UNSET
    invoice_display_name: Given[str | None] = UNSET
    description: Given[str | None] = UNSET
    tax_codes: Given[tuple[str, ...]] = UNSET  # all of them
    details: Details = field(default_factory=dict)  # merged into what is kept, key by key


class DeleteCatalogueItem(Command, frozen=True, kw_only=True):
    """Bill a thing no longer; its code is free again."""

    catalogue_item_id: str


class SaveTaxCode(Command, frozen=True, kw_only=True):
    """Create a tax with a code, or change the fields that are given."""

    tax_code_id: str
    # required for a new one, as are name and rate; catalogue items follow it
    code: Given[str] = UNSET
    name: Given[str] = UNSET
    rate: Given[Decimal] = UNSET  # percent
    description: Given[str | None] = UNSET
    applied_by_default: Given[bool] = UNSET  # on whatever names no tax of its own
    details: Details = field(default_factory=dict)  # merged into what is kept, key by key


class DeleteTaxCode(Command, frozen=True, kw_only=True):
    """Tax by a code no longer; it is free again, and catalogue items lose it."""

    tax_code_id: str
