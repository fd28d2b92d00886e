"""Customers of a tenant."""

from datetime import datetime
from typing import ClassVar

from msgspec import field

from polaris.core.facts.address import Address
from polaris.core.facts.details import Details, Metadata
from polaris.core.facts.row import Changing


class Customer(Changing, frozen=True, array_like=True, kw_only=True):
    """A customer. The lock on its row covers everything that belongs to the customer."""

    table: ClassVar[str] = "customer"
    found_by: ClassVar[tuple[str, ...]] = ("external_id",)

    external_id: str
    name: str = ""
    email: str | None = None
    currency: str | None = None  # a default only
    timezone: str | None = None  # IANA; issue dates follow it
    payment_term_days: int | None = None
    sequence: int  # 1 for the tenant's first customer
    first_name: str | None = None
    last_name: str | None = None
    legal_name: str | None = None
    tax_number: str | None = None
    phone: str | None = None
    address: Address = Address()
    tax_code_ids: tuple[str, ...] = ()  # taxes on its lines, unless the lines name others
    metadata: Metadata | None = None  # the caller's own pairs
    details: Details = field(default_factory=dict)
    created_at: datetime
    deleted_at: datetime | None = None
