"""A tenant with its settings and accounts, and the closing date of its books."""

import hashlib
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

import msgspec
from msgspec import field

from polaris.core.facts.address import Address
from polaris.core.facts.details import Details
from polaris.core.facts.row import Changing, Row
from polaris.core.facts.series import SeriesScope


class VoidDated(StrEnum):
    """The day on which a void is booked when the command names no day."""

    TODAY = "today"  # in the tenant's time zone
    INVOICE = "invoice"  # the invoice's own date


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's settings. Every setting has a default."""

    invoice_scope: SeriesScope = SeriesScope.TENANT  # which invoices share one number series
    invoice_format: str = "INV-{next:06}"  # {next} and {customer} are filled in
    note_scope: SeriesScope = SeriesScope.TENANT  # which credit notes share one number series
    note_format: str = "CN-{next:06}"  # {next}, {customer} and {invoice} are filled in
    payment_term_days: int = 0  # days until an invoice is due; a customer or invoice may differ
    void_dated: VoidDated = VoidDated.TODAY  # the day of a void when the command names no day
    void_reasons: tuple[str, ...] = ()  # the allowed reason codes of a void; empty: any reason
    void_reason_required: bool = False  # a void must give a reason
    refuse_void_when_credited: bool = True  # an invoice that is credited in full cannot be voided
    void_with_credit_note: bool = False  # a void writes a note for the whole, if it chooses none
    confirm_above_minor: int | None = None  # from here the console asks for the invoice number
    live_mode: bool = True  # False: the tenant is for tests, and tells this to other systems


class Books(Changing, frozen=True, array_like=True, kw_only=True):
    """The closing date of the books. The row's id is the tenant's id."""

    table: ClassVar[str] = "books"

    closed_through: date | None = None

    @property
    def first_open_day(self) -> date:
        """The earliest day that an entry may be dated."""
        return self.closed_through + timedelta(days=1) if self.closed_through else date.min


class Account(Row, frozen=True, array_like=True, kw_only=True):
    """An account that is not in the seeded chart. Its id is its name."""

    table: ClassVar[str] = "account"

    kind: str  # asset, liability, income, expense


class Tenant(Changing, frozen=True, array_like=True, kw_only=True):
    """A tenant, the owner of one set of books."""

    table: ClassVar[str] = "tenant"

    name: str
    currency: str
    timezone: str
    legal_name: str | None = None
    tax_number: str | None = None
    email: str | None = None
    phone: str | None = None
    address: Address = Address()
    settings: Settings
    details: Details = field(default_factory=dict)  # includes the settings that a dialect declares
    created_at: datetime


def fingerprint(tenant: Tenant) -> str:
    """Return a text that changes whenever a field or a setting of the tenant changes."""
    content = msgspec.structs.replace(tenant, version=0)
    encoded = msgspec.json.encode(content, order="deterministic")
    return hashlib.sha256(encoded).hexdigest()[:32]


KINDS = {field.name: field.type for field in msgspec.structs.fields(Settings)}
"""The type of each setting, by its name."""


def changed(settings: Settings, changes: dict[str, object]) -> Settings:
    """Return the settings with these changes.

    Raises msgspec.ValidationError, KeyError.
    """
    values = {name: convert(name, value) for name, value in changes.items()}
    return msgspec.structs.replace(settings, **values)


def convert(name: str, value: object) -> object:
    """Return a plain value as the setting's type. Raises msgspec.ValidationError, KeyError."""
    return msgspec.convert(value, KINDS[name])
