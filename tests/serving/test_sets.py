"""Requests made together stay in one set, in order, in one database transaction."""

import asyncio
import random
from collections.abc import Iterator, Sequence

import pytest

from faults.world import customers, draft, opened, scalar, tenant
from polaris.core.commands import FinalizeInvoice, VoidInvoice
from polaris.core.fold import Outcome, Request
from polaris.core.refusals import NotFound
from polaris.engine import new_id, request
from polaris.serving.write_batches import LARGEST_SET, ShuttingDown, WriteBatches
from polaris.store.engine.load import UnknownTenant
from polaris.store.server.database import Database
from serving.stories import Breaks, batches_to, lanes_taken, saving, story
from serving.watched import Watched


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture
def engine(database: Database) -> Watched:
    return Watched(database)


def bundle(count: int) -> list[Request]:
    return [saving() for _ in range(count)]


def ids(requests: Sequence[Request]) -> list[str]:
    return [one.id for one in requests]


def whole(asked: list[list[str]], requests: Sequence[Request]) -> bool:
    """True if the requests were in one set, in order, with no other request between them."""
    for set_ in asked:
        if requests[0].id in set_:
            start = set_.index(requests[0].id)
            return set_[start : start + len(requests)] == ids(requests)
    return False


async def answered(
    batches: WriteBatches, tenant_id: str, bundles: Sequence[list[Request]]
) -> list[list[Outcome]]:
    return await asyncio.gather(*(batches.perform_all(tenant_id, one) for one in bundles))


def test_each_step_finds_what_the_one_before_left(database: Database, engine: Watched) -> None:
    """One caller creates, finalizes and voids an invoice in one set, under load."""
    tenant_id = tenant(database)
    owners = customers(engine, tenant_id, 5)

    def life(owner: str) -> list[Request]:
        invoice_id = new_id()
        steps = FinalizeInvoice(invoice_id=invoice_id), VoidInvoice(invoice_id=invoice_id)
        return [request(draft(invoice_id, owner)), *map(request, steps)]

    lives = [life(owners[number % len(owners)]) for number in range(120)]

    async def tell() -> None:
        async with batches_to(engine) as batches:
            outcomes = await answered(batches, tenant_id, lives)
        assert [[one.request_id for one in of] for of in outcomes] == list(map(ids, lives))
        assert all(outcome.done for of in outcomes for outcome in of)

    story(tell)
    voided = "select count(*) from invoice where tenant_id = %(t)s and status = 'voided'"
    assert scalar(database, voided, t=tenant_id) == len(lives)
    assert all(whole(engine.asked, one) for one in lives)


def test_no_bundle_is_divided(database: Database, engine: Watched) -> None:
    """Bundles of any size and single requests: sets are full, and no bundle is divided."""
    tenant_id, dice = tenant(database), random.Random(3)
    bundles = [bundle(dice.choice((1, 1, 2, 7, 40, 100, 200))) for _ in range(60)]

    async def tell() -> None:
        async with batches_to(engine) as batches:
            engine.gate.clear()
            asking = asyncio.create_task(answered(batches, tenant_id, bundles))
            await asyncio.sleep(0.05)
            engine.gate.set()
            outcomes = await asking
        assert [[one.request_id for one in of] for of in outcomes] == list(map(ids, bundles))
        assert all(outcome.done for of in outcomes for outcome in of)

    story(tell)
    assert all(whole(engine.asked, one) for one in bundles)
    assert max(count for _, count in engine.sets) <= LARGEST_SET
    assert engine.requests(tenant_id) == sum(map(len, bundles))
    # Two sets in a row would not have fitted into one set, except the first set of each lane, which
    # began before all requests had arrived.
    assert len(engine.sets) <= 2 * sum(map(len, bundles)) / LARGEST_SET + 4


def test_nobody_overtakes(database: Database, engine: Watched) -> None:
    """A small bundle that would still fit waits behind an earlier large bundle."""
    tenant_id = tenant(database)
    line = [bundle(200), bundle(100), bundle(1)]

    async def tell() -> None:
        async with batches_to(engine) as batches:
            held = await lanes_taken(batches, engine, tenant_id)
            asking = asyncio.create_task(answered(batches, tenant_id, line))
            await asyncio.sleep(0.05)
            engine.gate.set()
            await asyncio.gather(*held, asking)

    story(tell)
    first, second, third = (next(set_ for set_ in engine.asked if of[0].id in set_) for of in line)
    assert first is not second
    assert second is third


def test_a_bundle_larger_than_a_set_is_a_set_of_its_own(
    database: Database, engine: Watched
) -> None:
    tenant_id = tenant(database)
    large, beside = bundle(LARGEST_SET + 44), bundle(3)

    async def tell() -> None:
        async with batches_to(engine) as batches:
            outcomes = await answered(batches, tenant_id, [large, beside])
        assert all(outcome.done for of in outcomes for outcome in of)

    story(tell)
    assert ids(large) in engine.asked
    assert ids(beside) in engine.asked


def test_a_refused_or_broken_request_leaves_the_rest_of_its_bundle(
    database: Database, engine: Watched
) -> None:
    tenant_id = tenant(database)
    wrong = request(VoidInvoice(invoice_id=new_id()))
    mixed = [saving(), wrong, request(Breaks()), saving()]

    async def tell() -> None:
        async with batches_to(engine) as batches:
            first, refused, broken, last = await batches.perform_all(tenant_id, mixed)
        assert first.done and last.done
        assert isinstance(refused.refusals[0], NotFound)
        assert isinstance(broken.fault, KeyError)

    story(tell)


def test_a_bundle_that_fails_as_a_whole_fails_once(engine: Watched) -> None:
    async def tell() -> None:
        async with batches_to(engine) as batches:
            with pytest.raises(UnknownTenant):
                await batches.perform_all(new_id(), bundle(5))
            assert await batches.perform_all(new_id(), []) == []
        with pytest.raises(ShuttingDown):
            await batches.perform_all(new_id(), bundle(5))

    story(tell)
    assert len(engine.sets) == 1


def test_a_bundle_whose_caller_left_is_let_go_whole(database: Database, engine: Watched) -> None:
    tenant_id = tenant(database)
    leaving, staying = bundle(5), bundle(5)

    async def tell() -> None:
        async with batches_to(engine) as batches:
            held = await lanes_taken(batches, engine, tenant_id)
            left = asyncio.create_task(batches.perform_all(tenant_id, leaving))
            stayed = asyncio.create_task(batches.perform_all(tenant_id, staying))
            await asyncio.sleep(0)
            left.cancel()
            await asyncio.sleep(0)
            engine.gate.set()
            assert all(outcome.done for outcome in await stayed)
            await asyncio.gather(*held)
            assert left.cancelled()

    story(tell)
    asked = {one for set_ in engine.asked for one in set_}
    assert asked.isdisjoint(ids(leaving))
    assert asked.issuperset(ids(staying))
