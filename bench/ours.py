"""What the engine does: sets, one at a time, and many callers who share sets."""

import asyncio
from collections import deque
from statistics import median
from time import perf_counter

from bench.sets import Perform
from bench.world import TENANT, World
from polaris.core.commands import FinalizeInvoice, VoidInvoice
from polaris.core.fold import Outcome
from polaris.engine import request
from polaris.serving.write_batches import WriteBatches

Asked = type[FinalizeInvoice] | type[VoidInvoice]


def in_sets(world: World, command: Asked) -> Perform:
    """A command for whole sets."""

    def perform(ids: list[str]) -> None:
        done(world.engine.perform(TENANT, [request(command(invoice_id=one)) for one in ids]))

    return perform


def done(outcomes: list[Outcome]) -> None:
    """Fail unless everything was done."""
    if undone := [outcome for outcome in outcomes if not outcome.done]:
        raise AssertionError(f"{len(undone)} were not done: {undone[0]}")


def lone_median_ms(world: World, count: int) -> float:
    """The median time of a void that comes alone."""
    perform, took = in_sets(world, VoidInvoice), []
    for ids in world.invoices(count):
        for one in ids:
            began = perf_counter()
            perform([one])
            took.append((perf_counter() - began) * 1000)
    return median(took)


def shared_rate(world: World, callers: int, each: int) -> float:
    """Voids per second, asked one by one by so many concurrent callers."""
    ids = deque(one for ids in world.invoices(callers * each) for one in ids)
    with world.voiding(len(ids)):
        return asyncio.run(_sharing(world, ids, callers))


async def _sharing(world: World, ids: deque[str], callers: int) -> float:
    writes, count = WriteBatches(world.engine), len(ids)

    async def call() -> None:
        while ids:
            asked = request(VoidInvoice(invoice_id=ids.popleft()))
            done([await writes.perform(TENANT, asked)])

    began = perf_counter()
    await asyncio.gather(*(call() for _ in range(callers)))
    took = perf_counter() - began
    await writes.close()
    return count / took
