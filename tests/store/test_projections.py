"""The database and the core compute the same statuses."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import NamedTuple

import pytest

from faults import world
from polaris.core.balances.payment import under_way
from polaris.core.balances.projections import (
    CollectionStatus,
    collection_status,
    overdue,
    payment_status,
)
from polaris.core.commands import (
    AnnotateInvoice,
    Command,
    FinalizeInvoice,
    LoseDispute,
    ReceivePayment,
    VoidInvoice,
)
from polaris.core.facts.invoice import Invoice, PaymentStatus
from polaris.core.facts.payment import PaymentState
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.engine import Engine, new_id, now
from polaris.store.engine.load import load
from polaris.store.read import lists

TODAY = datetime.now(UTC).date()
FINALIZED, PAID, VOIDED, DISPUTED, COMING = range(5)
WAYS = [(), (FINALIZED,), (FINALIZED, PAID), (FINALIZED, VOIDED), (FINALIZED, PAID, VOIDED)]
WAYS += [(FINALIZED, DISPUTED), (FINALIZED, COMING), (FINALIZED, PAID, COMING), (COMING,)]
SHARES = (0.5, 1.0)
ASSERTED = (None, *PaymentStatus)


class Listed(NamedTuple):
    """The invoices, and the ids that the database lists by each status."""

    invoices: list[Invoice]
    paid_as: dict[PaymentStatus, set[str]]
    collected_as: dict[CollectionStatus, set[str]]
    coming: set[str]  # those for which a payment is in progress
    overdue: dict[bool, set[str]]


def steps(invoice_id: str, way: tuple[int, ...], days: int, minor: int) -> Iterator[Command]:
    """Return the commands that bring a draft into this state."""
    made: dict[int, Command] = {
        FINALIZED: FinalizeInvoice(invoice_id=invoice_id, issue_date=TODAY - timedelta(days)),
        PAID: ReceivePayment(
            payment_id=new_id(), currency="EUR", amount_minor=minor, apply_to={invoice_id: minor}
        ),
        VOIDED: VoidInvoice(invoice_id=invoice_id),
        DISPUTED: LoseDispute(invoice_id=invoice_id),
        COMING: ReceivePayment(
            payment_id=new_id(),
            currency="EUR",
            amount_minor=minor,
            state=PaymentState.IN_PROGRESS,
            apply_to={invoice_id: minor},
        ),
    }
    return (made[step] for step in way)


@pytest.fixture(scope="module")
def listed(database_url: str) -> Listed:
    """An invoice in each state that a projection distinguishes, and what the database lists."""
    combined = list(product(WAYS, SHARES, ASSERTED, (0, 90)))
    with world.opened(database_url) as database:
        engine = Engine(database, connections=1)
        tenant_id = world.tenant(database)
        ids = world.drafts(engine, tenant_id, world.customers(engine, tenant_id, 1), len(combined))
        for invoice_id, (way, share, asserted, days) in zip(ids, combined, strict=True):
            asked = list(steps(invoice_id, way, days, int(1200 * share)))
            if asserted and way:
                asked.insert(1, AnnotateInvoice(invoice_id=invoice_id, payment_status=asserted))
            world.done(engine, tenant_id, asked)

        with database.connect() as connection:

            def found(**filters: object) -> set[str]:
                page = lists.page(
                    connection, tenant_id, lists.INVOICES, filters, 1000, 0, today=TODAY
                )
                return set(page.ids)

            paid_as = {one: found(payment_statuses=[one]) for one in PaymentStatus}
            collected = {one: found(collection_statuses=[one]) for one in CollectionStatus}
            late = {one: found(payment_overdue=one) for one in (True, False)}
            facts = load(connection, tenant_id, Scope(invoices=set(ids))).facts
        view = View(facts, now())
        rows = [view.invoice(one) for one in ids]
        coming = {one.id for one in rows if under_way(view.decision, one)}
        return Listed(rows, paid_as, collected, coming, late)


@pytest.mark.parametrize("status", PaymentStatus)
def test_the_payment_status_is_listed_as_it_is_computed(
    listed: Listed, status: PaymentStatus
) -> None:
    computed = {one.id for one in listed.invoices if payment_status(one) is status}
    assert computed
    assert listed.paid_as[status] == computed


@pytest.mark.parametrize("status", list(CollectionStatus)[:-1])  # a closed one is not listed
def test_how_far_it_is_collected_is_listed_as_it_is_computed(
    listed: Listed, status: CollectionStatus
) -> None:
    computed = {
        one.id
        for one in listed.invoices
        if collection_status(one, one.id in listed.coming) is status
    }
    assert computed
    assert listed.collected_as[status] == computed


@pytest.mark.parametrize("late", [True, False])
def test_what_is_overdue_is_listed_as_it_is_computed(listed: Listed, late: bool) -> None:
    computed = {one.id for one in listed.invoices if overdue(one, TODAY) is late}
    assert computed
    assert listed.overdue[late] == computed
