"""Commands about the tenant and its books."""

from datetime import date

from msgspec import field

from polaris.core.commands.base import Command


class SaveTenant(Command, frozen=True, kw_only=True):
    """Change the fields and the settings that are given.

    A new number format holds for the tenant's own series from the next number on; series that a
    customer or an invoice has already keep theirs.
    """

    tenant_id: str
    name: str | None = None
    currency: str | None = None
    timezone: str | None = None  # IANA; the books' days begin here
    settings_changes: dict[str, object] = field(default_factory=dict)  # by the setting's name


class CloseBooks(Command, frozen=True, kw_only=True):
    """Let no later entry be dated on or before a day."""

    through: date


class ReopenBooks(Command, frozen=True, kw_only=True):
    """Move the closing date back; for administrators."""

    through: date | None = None  # none: all open
