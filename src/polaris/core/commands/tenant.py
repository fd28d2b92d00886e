"""Commands about the tenant and its books."""

from datetime import date

from msgspec import UNSET, field

from polaris.core.commands.base import Command, Given
from polaris.core.commands.values import AddressChange
from polaris.core.facts.details import Details


class SaveTenant(Command, frozen=True, kw_only=True):
    """Change the given fields and settings of the tenant.

    A new number format applies to the tenant's own series from the next number on. Existing
    series of customers and invoices keep their format.
    """

    tenant_id: str
    fingerprint: str | None = None  # of the tenant that was read; refused if it has changed
    name: Given[str] = UNSET
    currency: Given[str] = UNSET
    timezone: Given[str] = UNSET  # IANA; days of the books follow it
    legal_name: Given[str | None] = UNSET
    tax_number: Given[str | None] = UNSET
    email: Given[str | None] = UNSET
    phone: Given[str | None] = UNSET
    address: AddressChange = AddressChange()
    settings_changes: dict[str, object] = field(default_factory=dict)  # by the setting's name
    details: Details = field(default_factory=dict)  # merged into the stored details, key by key


class CloseBooks(Command, frozen=True, kw_only=True):
    """Close the books: no new entry is dated on or before the day."""

    through: date


class CorrectEntryDay(Command, frozen=True, kw_only=True):
    """Take back an entry that was dated before its cause, and book it again on the right day.

    Both entries are dated on the first open day if the books are closed on their day. Only an
    administrator may do this.
    """

    entry_id: str
    day: date  # on which it belongs


class ReopenBooks(Command, frozen=True, kw_only=True):
    """Move the closing date back. Only an administrator may do this."""

    through: date | None = None  # None: no day stays closed
