"""Lists of customers, for pages and for JSON, and the order of the currencies in every list."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from polaris.api.caller import Caller
from polaris.core.facts.customer import Customer
from polaris.core.scope import Scope
from polaris.engine import now
from polaris.store.read.customers import CustomerOrder, CustomerPage, customers
from polaris.store.read.keyset import Window


class InCurrency(Protocol):
    """A row whose amounts are in one currency."""

    @property
    def currency(self) -> str:
        """The code of the currency."""


C = TypeVar("C", bound=InCurrency)


def by_currency(rows: Iterable[C], own_currency: str) -> list[C]:
    """Return the rows in the order of their currencies: the tenant's own one, then A to Z."""
    return sorted(rows, key=lambda row: (row.currency != own_currency, row.currency))


async def list_customers(
    caller: Caller, text: str | None, window: Window, order: CustomerOrder = CustomerOrder.CREATED
) -> CustomerPage:
    """Return a page of customers with what they owe and have in credit.

    `text` is a part of a name, external id or e-mail, or an internal id.
    """
    own_currency = (await caller.tenant()).currency
    found = await caller.read(
        customers,
        text=text,
        order=order,
        window=window,
        currency=own_currency,
        at=now(),
    )
    rows = [
        row._replace(amounts=tuple(by_currency(row.amounts, own_currency)))
        for row in found.page.rows
    ]
    return found._replace(page=found.page._replace(rows=rows))


async def customer_called(caller: Caller, external_id: str) -> str | None:
    """Return the internal id of the customer with an external id; None if there is none."""
    name = external_id.replace("\0", "")
    view = await caller.view(Scope(external_ids={name}))
    found = view.of(Customer, "external_id", name)
    return next((customer.id for customer in found if customer.deleted_at is None), None)
