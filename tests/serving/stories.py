"""Scenarios with callers that share sets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from polaris.core.commands import Command, SaveCustomer
from polaris.core.fold import Outcome, Request
from polaris.engine import new_id, request
from polaris.serving.write_batches import LANES, WriteBatches
from serving.watched import Watched

Asking = list[asyncio.Task[Outcome]]


class Breaks(Command, frozen=True, kw_only=True):
    """A command that the lifecycle does not know, so performing it is a bug in Polaris."""


@asynccontextmanager
async def batches_to(engine: Watched) -> AsyncIterator[WriteBatches]:
    batches = WriteBatches(engine)
    try:
        yield batches
    finally:
        engine.gate.set()
        await batches.close()


def saving() -> Request:
    customer_id = new_id()
    return request(SaveCustomer(customer_id=customer_id, external_id=customer_id))


async def start_requests(batches: WriteBatches, tenant_id: str, requests: list[Request]) -> Asking:
    """Wait until all callers have made their requests."""
    tasks = [asyncio.create_task(batches.perform(tenant_id, one)) for one in requests]
    await asyncio.sleep(0)
    return tasks


async def lanes_taken(batches: WriteBatches, engine: Watched, tenant_id: str) -> Asking:
    """Fill the tenant's lanes with stopped sets, so that later callers must wait."""
    engine.gate.clear()
    held: Asking = []
    while len(engine.sets) < LANES:
        held += await start_requests(batches, tenant_id, [saving()])
        await asyncio.sleep(0.01)
    return held


def story(tell: Callable[[], Awaitable[None]]) -> None:
    """Run a coroutine with a long time limit: a hang fails, but a slow machine does not."""

    async def told() -> None:
        await asyncio.wait_for(tell(), 120)

    asyncio.run(told())
