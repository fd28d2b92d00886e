"""Customers to show: a list of them, what each owes and has in credit, and the payments of one."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from polaris.core.facts.wallet import Lot, Wallet
from polaris.store.read.keyset import KeysetList, KeysetPage, Window, keyset_page, with_conditions
from polaris.store.read.local_days import local_days, with_due_passed
from polaris.store.read.rows import Connection, rows_found, tuples_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/customers.sql")
AMOUNTS = with_due_passed(BLOCKS["amounts_of_customers"])


class CustomerOrder(StrEnum):
    """What a list of customers is ordered by. Customers with the same value are ordered by id."""

    CREATED = "created"
    NAME = "name"
    EXTERNAL_ID = "external_id"
    OUTSTANDING = "outstanding"  # in the tenant's currency


ORDERS = {
    CustomerOrder.CREATED: "customers_by_creation",
    CustomerOrder.NAME: "customers_by_name",
    CustomerOrder.EXTERNAL_ID: "customers_by_external_id",
    CustomerOrder.OUTSTANDING: "customers_by_outstanding",
}


class CustomerAmounts(NamedTuple):
    """What a customer owes and can spend in one currency, in minor units."""

    currency: str
    outstanding_minor: int
    overdue_minor: int  # the part of the outstanding amount that is overdue
    notes_minor: int  # balances of credit notes
    unapplied_minor: int  # money that no invoice has
    held_minor: int  # money that is held for voided invoices
    wallets_minor: int  # credits left in active wallets

    @property
    def credit_minor(self) -> int:
        """All credit that can settle invoices."""
        return self.notes_minor + self.unapplied_minor + self.wallets_minor


class FoundCustomer(NamedTuple):
    """A customer, as a list shows it."""

    id: str
    external_id: str
    name: str
    first_name: str | None
    last_name: str | None
    email: str | None
    created_at: datetime
    key: str  # its value in the order
    amounts: tuple[CustomerAmounts, ...] = ()
    invoices: int = 0

    @property
    def shown_name(self) -> str:
        """Its name, or else the person's, or else the external id."""
        return self.name or person(self.first_name, self.last_name) or self.external_id


def person(first_name: str | None, last_name: str | None) -> str:
    """Return the whole name of a person; empty if there is none."""
    return " ".join(part for part in (first_name, last_name) if part)


class CustomerPage(NamedTuple):
    """A page of customers, and how many there are on all pages."""

    page: KeysetPage[FoundCustomer]
    total: int


class FoundPayment(NamedTuple):
    """A payment, as a list shows it. Amounts are minor units."""

    id: str
    received_at: datetime
    method: str | None
    provider: str
    reference: str | None
    state: str
    currency: str
    amount_minor: int
    unused_minor: int
    applied_minor: int
    refunded_minor: int  # also what is requested and not paid out yet
    key: str


def customers(
    connection: Connection,
    tenant_id: str,
    *,
    text: str | None,
    order: CustomerOrder,
    window: Window,
    currency: str,
    at: datetime,
) -> CustomerPage:
    """Return a page of the customers that are not deleted, with what they owe and have in credit.

    `text` is a part of a name, external id or e-mail, or an internal id. `currency` is the one by
    whose amounts the list is ordered. `at` is the time (UTC) at which they may be overdue.
    """
    filters = (BLOCKS["customers_with_text"],) if text else ()
    owing = order is CustomerOrder.OUTSTANDING
    found = BLOCKS["customers_found_owing" if owing else "customers_found"]
    values = {"t": tenant_id, "text": text, "currency": currency}
    wanted = KeysetList(found, BLOCKS[ORDERS[order]], filters)
    page = keyset_page(connection, wanted, values, window)
    rows = [FoundCustomer(*row) for row in page.rows]
    ids = [row.id for row in rows]
    amounts = amounts_of(connection, tenant_id, ids, at)
    counted = invoices_counted(connection, tenant_id, ids)
    whole = [
        row._replace(amounts=tuple(amounts[row.id]), invoices=counted.get(row.id, 0))
        for row in rows
    ]
    counting = with_conditions(BLOCKS["customers_counted_live"], filters)
    ((total,),) = tuples_found(connection, counting, values)
    return CustomerPage(KeysetPage(whole, page.before, page.after), total)


def amounts_of(
    connection: Connection, tenant_id: str, ids: Collection[str], at: datetime
) -> dict[str, list[CustomerAmounts]]:
    """Return what customers owe and can spend, by their ids, one value for each currency.

    At this time (UTC) an invoice may be overdue, by the day of its buyer, and credits may expire.
    """
    values = {"t": tenant_id, "customers": list(ids), "at": at, **local_days(at)}
    amounts: dict[str, list[CustomerAmounts]] = defaultdict(list)
    for customer_id, *row in tuples_found(connection, AMOUNTS, values):
        amounts[customer_id].append(CustomerAmounts(*row))
    return amounts


def invoices_counted(
    connection: Connection, tenant_id: str, ids: Collection[str]
) -> dict[str, int]:
    """Return how many invoices customers have, by their ids. Customers without any are left out."""
    values = {"t": tenant_id, "customers": list(ids)}
    return dict(tuples_found(connection, BLOCKS["invoices_of_customers_counted"], values))


def customer_names(connection: Connection, tenant_id: str, ids: Collection[str]) -> dict[str, str]:
    """Return the names of customers by their ids."""
    values = {"t": tenant_id, "customers": list(ids)}
    return dict(tuples_found(connection, BLOCKS["customers_named"], values))


def wallets_of(connection: Connection, tenant_id: str, customer_id: str) -> list[Wallet]:
    """Return the wallets of a customer, in the order in which they are spent."""
    values = {"t": tenant_id, "customer_id": customer_id}
    found = rows_found(connection, Wallet, BLOCKS["wallets_of_a_customer"], values)
    return sorted(found, key=lambda wallet: (wallet.status, wallet.priority, wallet.created_at))


def lots_of(connection: Connection, tenant_id: str, wallet_id: str) -> list[Lot]:
    """Return the lots of a wallet, the newest first."""
    values = {"t": tenant_id, "wallet_id": wallet_id}
    found = rows_found(connection, Lot, BLOCKS["lots_of_a_wallet"], values)
    return sorted(found, key=lambda lot: (lot.landed_at, lot.id), reverse=True)


def payments_of(
    connection: Connection, tenant_id: str, customer_id: str, window: Window
) -> KeysetPage[FoundPayment]:
    """Return a page of the payments of a customer."""
    wanted = KeysetList(BLOCKS["payments_found"], BLOCKS["payments_by_receipt"])
    values = {"t": tenant_id, "customer_id": customer_id}
    page = keyset_page(connection, wanted, values, window)
    return KeysetPage([FoundPayment(*row) for row in page.rows], page.before, page.after)
