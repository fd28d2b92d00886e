"""Concurrent callers share sets, tenants take turns, and each caller gets its own answer."""

import asyncio
from collections.abc import Iterator

import pytest

from faults.world import customers, invoices, opened, reversals, tenant, voiding
from polaris.core.refusals import AlreadyVoided
from polaris.engine import new_id, request
from polaris.serving.write_batches import LANES, LARGEST_SET, ShuttingDown, WriteBatches
from polaris.store.engine.load import UnknownTenant
from polaris.store.server.database import Database
from serving.stories import Breaks, batches_to, saving, start_requests, story
from serving.watched import Watched


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture
def engine(database: Database) -> Watched:
    return Watched(database)


def test_callers_who_come_together_share_sets(database: Database, engine: Watched) -> None:
    """The purpose of the design: many requests share one lock, load and commit."""
    tenant_id = tenant(database)
    requests = [saving() for _ in range(200)]

    async def tell() -> None:
        async with batches_to(engine) as batches:
            engine.gate.clear()
            asking = await start_requests(batches, tenant_id, requests)
            engine.gate.set()
            outcomes = await asyncio.gather(*asking)
        assert [outcome.request_id for outcome in outcomes] == [one.id for one in requests]
        assert all(outcome.done for outcome in outcomes)

    story(tell)
    # At most both lanes took some before the rest had asked; those went together.
    assert len(engine.sets) <= LANES + 1
    assert engine.requests(tenant_id) == 200


def test_a_set_has_an_end_and_a_tenant_has_lanes(database: Database, engine: Watched) -> None:
    """A backlog is worked off in bounded sets, never more at once than the tenant has lanes."""
    tenant_id = tenant(database)

    async def tell() -> None:
        async with batches_to(engine) as batches:
            engine.gate.clear()
            asking = await start_requests(batches, tenant_id, [saving() for _ in range(1000)])
            engine.gate.set()
            assert all(outcome.done for outcome in await asyncio.gather(*asking))

    story(tell)
    assert max(count for _, count in engine.sets) == LARGEST_SET
    assert engine.requests(tenant_id) == 1000
    assert engine.most_under_way[tenant_id] <= LANES


def test_every_caller_gets_its_own_answer(database: Database, engine: Watched) -> None:
    """Eight callers void each of five invoices. For each invoice, exactly one succeeds."""
    tenant_id = tenant(database)
    ids = invoices(engine, tenant_id, customers(engine, tenant_id, 2), 5)
    requests = [voiding(invoice_id) for invoice_id in ids for _ in range(8)]

    async def tell() -> None:
        async with batches_to(engine) as batches:
            outcomes = await asyncio.gather(*(batches.perform(tenant_id, one) for one in requests))
        for one, outcome in zip(requests, outcomes, strict=True):
            assert outcome.request_id == one.id
            assert all(event.command_id == one.id for event in outcome.events)
        for start in range(0, len(requests), 8):
            mine = outcomes[start : start + 8]
            assert sum(outcome.done for outcome in mine) == 1
            refused = [outcome.refusals for outcome in mine if not outcome.done]
            assert all(isinstance(first, AlreadyVoided) for first, *_ in refused)

    story(tell)
    assert reversals(database, tenant_id) == 5


def test_a_broken_command_costs_only_its_caller(database: Database, engine: Watched) -> None:
    tenant_id = tenant(database)
    requests = [*(saving() for _ in range(20)), request(Breaks()), *(saving() for _ in range(20))]

    async def tell() -> None:
        async with batches_to(engine) as batches:
            engine.gate.clear()
            asking = await start_requests(batches, tenant_id, requests)
            engine.gate.set()
            outcomes = await asyncio.gather(*asking)
        assert [outcome.done for outcome in outcomes] == [True] * 20 + [False] + [True] * 20
        assert isinstance(outcomes[20].fault, KeyError)

    story(tell)
    assert len(engine.sets) <= LANES + 1


def test_a_set_that_fails_as_a_whole_fails_for_its_callers(
    database: Database, engine: Watched
) -> None:
    """Callers with an unknown tenant get UnknownTenant; the others are not affected."""
    tenant_id, nobody = tenant(database), new_id()

    async def tell() -> None:
        async with batches_to(engine) as batches:
            engine.gate.clear()
            lost = await start_requests(batches, nobody, [saving() for _ in range(10)])
            served = await start_requests(batches, tenant_id, [saving() for _ in range(10)])
            engine.gate.set()
            faults = await asyncio.gather(*lost, return_exceptions=True)
            assert [type(fault) for fault in faults] == [UnknownTenant] * 10
            assert all(outcome.done for outcome in await asyncio.gather(*served))

    story(tell)


def test_a_quiet_tenant_does_not_wait_behind_a_backlog(database: Database, engine: Watched) -> None:
    """A tenant is served while the sets of another one are stopped: lanes never use all workers."""
    busy, quiet = tenant(database), tenant(database)

    engine.let_through.add(quiet)

    async def tell() -> None:
        async with batches_to(engine) as batches:
            engine.gate.clear()
            backlog = await start_requests(batches, busy, [saving() for _ in range(1000)])
            while engine.most_under_way[busy] < LANES:
                await asyncio.sleep(0.01)
            outcome = await batches.perform(quiet, saving())
            assert outcome.done
            assert not any(task.done() for task in backlog)
            engine.gate.set()
            assert all(one.done for one in await asyncio.gather(*backlog))

    story(tell)


def test_closing_answers_everybody_inside(database: Database, engine: Watched) -> None:
    """A server that is shutting down finishes accepted requests and accepts no more."""
    tenant_id = tenant(database)

    async def tell() -> None:
        batches = WriteBatches(engine)
        engine.gate.clear()
        asking = await start_requests(batches, tenant_id, [saving() for _ in range(600)])
        closing = asyncio.create_task(batches.close())
        await asyncio.sleep(0)
        with pytest.raises(ShuttingDown):
            await batches.perform(tenant_id, saving())
        engine.gate.set()
        await closing
        assert all(outcome.done for outcome in await asyncio.gather(*asking))

    story(tell)
    assert engine.requests(tenant_id) == 600


def test_callers_who_leave_take_nobody_with_them(database: Database, engine: Watched) -> None:
    """A client disconnects: the rest of its set is answered, and its request is dropped."""
    tenant_id = tenant(database)

    async def tell() -> None:
        async with batches_to(engine) as batches:
            engine.gate.clear()
            asking = await start_requests(batches, tenant_id, [saving() for _ in range(100)])
            while engine.requests(tenant_id) == 0:
                await asyncio.sleep(0)
            leaving = [asking[0], *asking[60:]]
            for task in leaving:
                task.cancel()
            await asyncio.sleep(0)
            engine.gate.set()
            stayed = await asyncio.gather(*asking[1:60])
            left = await asyncio.gather(*leaving, return_exceptions=True)
            assert all(outcome.done for outcome in stayed)
            assert all(isinstance(one, asyncio.CancelledError) for one in left)

    story(tell)


def test_a_tenant_must_leave_a_worker_to_the_others(engine: Watched) -> None:
    with pytest.raises(ValueError):
        WriteBatches(engine, workers=2, lanes=2)
