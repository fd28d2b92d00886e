"""Commands about customers."""

from polaris.core.commands.base import Command


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
