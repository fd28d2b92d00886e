"""Commands about the catalogue: items to bill, and taxes."""

from decimal import Decimal

from msgspec import UNSET, field

from polaris.core.commands.base import Command, Given
from polaris.core.facts.details import Details


class SaveCatalogueItem(Command, frozen=True, kw_only=True):
    """Create a catalogue item, or change the given fields."""

    catalogue_item_id: str
    code: Given[str] = UNSET  # required for a new item, as are name, amount and currency
    name: Given[str] = UNSET
    amount_minor: Given[int] = UNSET
    currency: Given[str] = UNSET
    invoice_display_name: Given[str | None] = UNSET
    description: Given[str | None] = UNSET
    tax_codes: Given[tuple[str, ...]] = UNSET  # all of them
    details: Details = field(default_factory=dict)  # merged into the stored details, key by key


class DeleteCatalogueItem(Command, frozen=True, kw_only=True):
    """Delete a catalogue item; its code can be used again."""

    catalogue_item_id: str


class SaveTaxCode(Command, frozen=True, kw_only=True):
    """Create a tax, or change the given fields."""

    tax_code_id: str
    # Required for a new tax, as are name and rate; catalogue items follow a changed code.
    code: Given[str] = UNSET
    name: Given[str] = UNSET
    rate: Given[Decimal] = UNSET  # percent
    description: Given[str | None] = UNSET
    applied_by_default: Given[bool] = UNSET  # on lines for which nothing else names a tax
    details: Details = field(default_factory=dict)  # merged into the stored details, key by key


class DeleteTaxCode(Command, frozen=True, kw_only=True):
    """Delete a tax. Its code can be used again, and catalogue items lose it."""

    tax_code_id: str
