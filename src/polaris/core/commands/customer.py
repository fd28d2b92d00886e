"""Commands about customers."""

from msgspec import UNSET, field

from polaris.core.commands.base import Command, Given
from polaris.core.commands.values import AddressChange
from polaris.core.facts.details import Details, Metadata


class SaveCustomer(Command, frozen=True, kw_only=True):
    """Create a customer, or change the given fields."""

    customer_id: str
    upsert: bool = False  # change the customer that has `external_id`, or create one
    external_id: Given[str] = UNSET  # the caller's own id; required for a new customer
    name: Given[str] = UNSET
    email: Given[str | None] = UNSET
    currency: Given[str | None] = UNSET  # a default only
    timezone: Given[str | None] = UNSET  # IANA; issue dates follow it
    payment_term_days: Given[int | None] = UNSET
    first_name: Given[str | None] = UNSET
    last_name: Given[str | None] = UNSET
    legal_name: Given[str | None] = UNSET
    tax_number: Given[str | None] = UNSET
    phone: Given[str | None] = UNSET
    address: AddressChange = AddressChange()
    tax_codes: Given[tuple[str, ...]] = UNSET  # the codes of all taxes on its lines
    metadata: Given[Metadata | None] = UNSET  # all of the caller's own pairs
    details: Details = field(default_factory=dict)  # merged into the stored details, key by key


class DeleteCustomer(Command, frozen=True, kw_only=True):
    """Delete a customer and free its `external_id`. Its invoices, payments and credit stay."""

    customer_id: str
