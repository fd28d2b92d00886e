"""What every tab of a customer's page shows: the customer, what it owes, and its credit."""

import asyncio
from typing import NamedTuple

from polaris.console.access import Visit
from polaris.core.facts.customer import Customer
from polaris.core.scope import Scope
from polaris.engine import now
from polaris.services.lists import by_currency
from polaris.store.read.customers import CustomerAmounts, amounts_of, invoices_counted, person

PATH = "/billing/customers"
TABS = {
    "overview": "Overview",
    "invoices": "Invoices",
    "credit_notes": "Credit notes",
    "wallets": "Wallets",
    "payments": "Payments",
    "statement": "Statement",
}
"""The tabs of the page: their names in the URL, and on the screen."""


class CustomerDetail(NamedTuple):
    """A customer with its amounts in each currency."""

    customer: Customer
    amounts: list[CustomerAmounts]
    invoices: int
    payment_term_days: int  # its own, or else the tenant's

    @property
    def name(self) -> str:
        """Its name, or else the person's, or else the external id."""
        customer = self.customer
        named = customer.name or person(customer.first_name, customer.last_name)
        return named or customer.external_id

    @property
    def address(self) -> list[str]:
        """The lines of its address."""
        address = self.customer.address
        city = " ".join(part for part in (address.postal_code, address.city) if part)
        lines = (address.line1, address.line2, city, address.state, address.country)
        return [line for line in lines if line]


async def customer_detail(visit: Visit, customer_id: str) -> CustomerDetail | None:
    """Return a customer, also a deleted one; None if the tenant has no such customer."""
    view = await visit.caller.view(Scope(customers={customer_id}))
    customer = view.get(Customer, customer_id)
    if customer is None:
        return None
    amounts, counted = await asyncio.gather(
        visit.caller.read(amounts_of, [customer_id], now()),
        visit.caller.read(invoices_counted, [customer_id]),
    )
    own = customer.payment_term_days
    return CustomerDetail(
        customer=customer,
        amounts=by_currency(amounts[customer_id], visit.tenant.currency),
        invoices=counted.get(customer_id, 0),
        payment_term_days=visit.tenant.settings.payment_term_days if own is None else own,
    )
