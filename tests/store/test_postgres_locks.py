"""Locks: after a wait, a set sees the other's changes, and no set waits forever."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random

import msgspec
import pytest

from polaris.core import commands as asked
from polaris.core.commands import Command, SaveCustomer
from polaris.core.commands.values import NewLine
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice, Settlement
from polaris.core.facts.payment import Payment, PaymentState
from polaris.core.facts.tenant import Settings
from polaris.core.fold import Memory, Request, fold
from polaris.core.scope import Scope, scope_of
from polaris.engine import new_id
from polaris.store.engine.load import Loaded, ScopeGrew, lock_and_load, resolve
from polaris.store.engine.write import create_tenant, write
from polaris.store.server.database import EngineConnection, connect

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
WAITING = b"select count(*) from pg_locks where not granted and pid = %s"


class Shop:
    """A tenant whose customers each have one open invoice."""

    def __init__(self, url: str, customers: int = 2) -> None:
        self.url = url
        self.tenant_id = new_id()
        self.customers = [new_id() for _ in range(customers)]
        self.invoices = [new_id() for _ in range(customers)]
        with connect(url) as connection:
            create_tenant(connection, self.tenant_id, "Shop", "EUR", "UTC", Settings(), NOON)
            self.perform(
                connection,
                *[SaveCustomer(customer_id=one, external_id=one) for one in self.customers],
                *map(self.draft, self.customers, self.invoices),
                *[asked.FinalizeInvoice(invoice_id=one) for one in self.invoices],
            )

    @staticmethod
    def draft(customer_id: str, invoice_id: str) -> asked.DraftInvoice:
        return asked.DraftInvoice(
            invoice_id=invoice_id,
            customer_id=customer_id,
            currency="EUR",
            lines=(NewLine(amount_minor=1000),),
        )

    def load(self, connection: EngineConnection, scope: Scope) -> Loaded:
        return lock_and_load(connection, self.tenant_id, scope)

    def perform(self, connection: EngineConnection, *wishes: Command) -> None:
        """Perform commands and commit; none may be refused."""
        requests = [Request(id=new_id(), command=wish, at=NOON) for wish in wishes]
        scope = resolve(connection, self.tenant_id, scope_of(wishes))
        folded = fold(self.load(connection, scope).facts, Memory((), ()), requests, new_id)
        assert all(outcome.done for outcome in folded.outcomes), folded.outcomes
        write(connection, self.tenant_id, folded.rows.values())
        connection.commit()

    def payment(self, *invoices: str, payment_id: str | None = None) -> asked.ReceivePayment:
        return asked.ReceivePayment(
            payment_id=payment_id or new_id(),
            currency="EUR",
            amount_minor=700,
            apply_to=dict.fromkeys(invoices, 300),
        )


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(database_url)


@contextmanager
def connections(url: str, count: int) -> Iterator[list[EngineConnection]]:
    opened = [connect(url) for _ in range(count)]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    """A thread pool for statements that have to wait for a lock."""
    with ThreadPoolExecutor() as pool:
        yield pool


def wait_until_blocked(observer: EngineConnection, waiter: EngineConnection) -> None:
    while observer.execute(WAITING, [waiter.info.backend_pid]).fetchone() != (1,):
        observer.commit()


def test_who_waited_sees_the_payment_of_who_held(shop: Shop, aside: ThreadPoolExecutor) -> None:
    """Otherwise a paid invoice would be voided like an unpaid one."""
    scope = Scope(invoices={shop.invoices[0]})
    with connections(shop.url, 3) as (holder, waiter, observer):
        shop.load(holder, scope)
        waiting = aside.submit(lambda: shop.load(waiter, scope))
        wait_until_blocked(observer, waiter)
        shop.perform(holder, shop.payment(shop.invoices[0]))
        loaded = waiting.result()
    assert isinstance(loaded, Loaded)
    tables = loaded.facts.tables
    (invoice,), (settlement,) = tables[Invoice].values(), tables[Settlement].values()
    assert isinstance(invoice, Invoice) and invoice.paid_minor == 300
    assert isinstance(settlement, Settlement) and settlement.amount_minor == 300
    assert len(tables[Payment]) == 1


def test_another_customer_is_not_waited_for(shop: Shop) -> None:
    with connections(shop.url, 2) as (one, other):
        assert shop.load(one, Scope(invoices={shop.invoices[0]}))
        assert shop.load(other, Scope(invoices={shop.invoices[1]}))


def test_numbers_are_waited_for(shop: Shop, aside: ThreadPoolExecutor) -> None:
    """A set that draws a number holds the series until its end, so that there is no gap."""
    with connections(shop.url, 3) as (holder, waiter, observer):
        shop.load(holder, Scope(series={"invoice"}))
        waiting = aside.submit(lambda: shop.load(waiter, Scope(series={"invoice"})))
        wait_until_blocked(observer, waiter)
        holder.rollback()
        assert isinstance(waiting.result(), Loaded)


def test_overlapping_sets_in_any_order_never_deadlock(
    database_url: str, aside: ThreadPoolExecutor
) -> None:
    shop = Shop(database_url, customers=20)

    def sets(connection: EngineConnection, random: Random) -> None:
        for _ in range(25):
            some = random.sample(shop.invoices, 12)
            shop.perform(connection, *map(shop.payment, some))

    with connections(shop.url, 4) as opened:
        jobs = [aside.submit(sets, one, Random(seed)) for seed, one in enumerate(opened)]
        assert [job.result() for job in jobs] == [None] * 4
        paid = opened[0].execute(
            "select count(*) from payment where tenant_id = %s", [shop.tenant_id]
        )
        assert paid.fetchone() == (4 * 25 * 12,)


# ------------------------------------------------------------------------- what names lead to


def test_a_payment_leads_to_its_invoices(shop: Shop) -> None:
    payment = new_id()
    with connect(shop.url) as connection:
        shop.perform(
            connection,
            asked.ReceivePayment(
                payment_id=payment, customer_id=shop.customers[0], currency="EUR", amount_minor=9
            ),
            asked.ApplyPayment(payment_id=payment, invoice_id=shop.invoices[0]),
        )
        found = resolve(connection, shop.tenant_id, Scope(payments={payment}))
        assert found == Scope(payments={payment}, invoices={shop.invoices[0]})
        assert resolve(connection, shop.tenant_id, found) == found


def test_an_intention_leads_to_invoices_too(shop: Shop) -> None:
    payment = new_id()
    with connect(shop.url) as connection:
        coming = shop.payment(shop.invoices[0], payment_id=payment)
        shop.perform(connection, msgspec.structs.replace(coming, state=PaymentState.IN_PROGRESS))
        found = resolve(connection, shop.tenant_id, Scope(payments={payment}))
    assert found.invoices == {shop.invoices[0]}


def test_what_grew_meanwhile_is_read_too(shop: Shop) -> None:
    """Between `resolve` and the lock, a payment settled another invoice."""
    payment = new_id()
    with connections(shop.url, 2) as (one, other):
        shop.perform(one, shop.payment(shop.invoices[0], payment_id=payment))
        scope = resolve(one, shop.tenant_id, Scope(payments={payment}))
        more = new_id()
        shop.perform(
            other,
            shop.draft(shop.customers[0], more),
            asked.FinalizeInvoice(invoice_id=more),
            asked.ApplyPayment(payment_id=payment, invoice_id=more),
        )
        assert shop.load(one, scope).facts.tables[Invoice].keys() == {shop.invoices[0], more}


def test_a_customer_who_came_after_the_lock_is_noticed(
    shop: Shop, aside: ThreadPoolExecutor
) -> None:
    """Two sets create the same customer. The set that waited for the series resolves again."""
    scope = Scope(customers={new_id()}, series={"customer"})
    (customer_id,) = scope.customers
    with connections(shop.url, 3) as (holder, waiter, observer):
        shop.load(holder, scope)
        waiting = aside.submit(lambda: shop.load(waiter, scope))
        wait_until_blocked(observer, waiter)
        shop.perform(holder, SaveCustomer(customer_id=customer_id, external_id="new"))
        with pytest.raises(ScopeGrew):
            waiting.result()
        waiter.rollback()
        assert customer_id in shop.load(waiter, scope).facts.tables[Customer]
