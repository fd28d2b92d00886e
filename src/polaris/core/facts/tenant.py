"""What a tenant has decided: its settings, its accounts, and how far its books are closed."""

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
    """Which day a void belongs to when the command names none."""

    TODAY = "today"  # in the tenant's time zone
    INVOICE = "invoice"  # the invoice's own date


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's choices; every one has a default."""

    invoice_scope: SeriesScope = SeriesScope.TENANT  # whose invoices are numbered together
    invoice_format: str = "INV-{next:06}"  # {next} and {customer} are filled in
    note_scope: SeriesScope = SeriesScope.TENANT  # whose credit notes are numbered together
    note_format: str = "CN-{next:06}"  # {next}, {customer} and {invoice} are filled in
    payment_term_days: int = 0  # until an invoice is due, unless it or its customer says otherwise
    void_dated: VoidDated = VoidDated.TODAY  # the day of a void that names none
    void_reasons: tuple[str, ...] = ()  # the reason codes of a void; empty: any will do
    void_reason_required: bool = False  # a void must give a reason
    refuse_void_when_credited: bool = True  # an invoice credited in full is not voided as well


class Books(Changing, frozen=True, array_like=True, kw_only=True):
    """How far the books are closed. Its id is the tenant's."""

    table: ClassVar[str] = "books"

    closed_through: date | None = None

    @property
    def first_open_day(self) -> date:
        """The earliest day that an entry may be dated."""
        return self.closed_through + timedelta(days=1) if self.closed_through else date.min


class Account(Row, frozen=True, array_like=True, kw_only=True):
    """An account beyond the seeded chart. Its id is its name."""

    table: ClassVar[str] = "account"

    kind: str  # asset, liability, income, expense


class Tenant(Changing, frozen=True, array_like=True, kw_only=True):
    """Who the books belong to."""

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
    details: Details = field(default_factory=dict)  # with the settings that a dialect declares
    created_at: datetime


KINDS = {field.name: field.type for field in msgspec.structs.fields(Settings)}
"""What each setting can be."""


def changed(settings: Settings, changes: dict[str, object]) -> Settings:
    """Return the settings with these changes.

    Raises msgspec.ValidationError, KeyError.
    """
    values = {name: convert(name, value) for name, value in changes.items()}
    return msgspec.structs.replace(settings, **values)


def convert(name: str, value: object) -> object:
    """A setting's value out of a plain one. Raises msgspec.ValidationError, KeyError."""
    return msgspec.convert(value, KINDS[name])
