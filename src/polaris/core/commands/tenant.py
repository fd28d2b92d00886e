"""Commands about the tenant and its books."""

from datetime import date

from msgspec import UNSET, field

from polaris.core.commands.base import Command, Given
from polaris.core.commands.values import AddressChange
from polaris.core.facts.details import Details


class SaveTenant(Command, frozen=True, kw_only=True):
    """Change the fields and the settings that are given.

    A new number format holds for the tenant's own series from the next number on; series that a
    customer or an invoice has already keep theirs.
    """

    tenant_id: str
    name: Given[str] = UNSET
    currency: Given[str] = UNSET
    timezone: Given[str] = UNSET  # IANA; the books' days begin here
    legal_name: Given[str | None] = UNSET
    tax_number: Given[str | None] = UNSET
    email: Given[str | None] = UNSET
    phone: Given[str | None] = UNSET
    address: AddressChange = AddressChange()
    settings_changes: dict[str, object] = field(default_factory=dict)  # by the setting's name
    details: Details = field(default_factory=dict)  # merged into what is kept, key by key


class CloseBooks(Command, frozen=True, kw_only=True):
    """Let no later entry be dated on or before a day."""

    through: date


class ReopenBooks(Command, frozen=True, kw_only=True):
    """Move the closing date back; for administrators."""

    through: date | None = None  # none: all open
