"""What can be asked about what invoices refer to: customers, catalogue, tenant, books.

Ids of new things and times come with the asking, as in `commands`.
"""

from datetime import date
from decimal import Decimal

from msgspec import field

from polaris.core.commands import Command

# ---------------------------------------------------------------- customers


class SaveCustomer(Command, frozen=True, kw_only=True):
    """Create a customer, or change the fields that are given."""

    customer_id: str
    external_id: str | None = None  # the caller's own; required for a new one
    name: str | None = None
    email: str | None = None
    currency: str | None = None  # a default only
    timezone: str | None = None  # IANA; issue dates follow it
    payment_term_days: int | None = None
    details: dict[str, object] | None = None  # merged into what is kept, key by key


class DeleteCustomer(Command, frozen=True, kw_only=True):
    """Free a customer's own id; its invoices, payments and credit stay as they are."""

    customer_id: str


# ---------------------------------------------------------------- the catalogue


class SaveAddOn(Command, frozen=True, kw_only=True):
    """Create a thing that is billed by its code, or change the fields that are given."""

    add_on_id: str
    code: str | None = None  # required for a new one, as are name, amount and currency
    name: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    invoice_display_name: str | None = None  # empty: none
    description: str | None = None  # empty: none
    tax_codes: tuple[str, ...] | None = None  # all of them
    details: dict[str, object] | None = None  # merged by key into what is there


class DeleteAddOn(Command, frozen=True, kw_only=True):
    """Bill a thing no longer; its code is free again."""

    add_on_id: str


class SaveTaxCode(Command, frozen=True, kw_only=True):
    """Create a tax with a code, or change the fields that are given."""

    tax_code_id: str
    code: str | None = None  # required for a new one, as are name and rate; add-ons follow it
    name: str | None = None
    rate: Decimal | None = None  # percent
    description: str | None = None  # empty: none
    applied_by_default: bool | None = None  # on whatever names no tax of its own
    details: dict[str, object] | None = None  # merged by key into what is there


class DeleteTaxCode(Command, frozen=True, kw_only=True):
    """Tax by a code no longer; it is free again, and add-ons lose it."""

    tax_code_id: str


class SaveWebhookEndpoint(Command, frozen=True, kw_only=True):
    """Tell an address of events, or change the fields that are given."""

    webhook_endpoint_id: str
    url: str | None = None  # required for a new one
    signature: str | None = None  # jwt, which is the default, or hmac
    name: str | None = None  # empty: none
    event_types: tuple[str, ...] | None = None  # as its dialect calls them; empty: all


class DeleteWebhookEndpoint(Command, frozen=True, kw_only=True):
    """Tell an address nothing any more."""

    webhook_endpoint_id: str


# ---------------------------------------------------------------- the tenant


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


# ---------------------------------------------------------------- the books


class CloseBooks(Command, frozen=True, kw_only=True):
    """Let no later entry be dated on or before a day."""

    through: date


class ReopenBooks(Command, frozen=True, kw_only=True):
    """Move the closing date back; for administrators."""

    through: date | None = None  # none: all open
