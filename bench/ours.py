"""The engine's speed: with sets, with single commands, and with many callers that share sets."""

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

CommandType = type[FinalizeInvoice] | type[VoidInvoice]


def in_sets(world: World, command: CommandType) -> Perform:
    """Return a function that performs a command for each invoice of a set."""

    def perform(ids: list[str]) -> None:
        done(world.engine.perform(TENANT, [request(command(invoice_id=one)) for one in ids]))

    return perform


def done(outcomes: list[Outcome]) -> None:
    """Raise AssertionError unless all commands were done."""
    if undone := [outcome for outcome in outcomes if not outcome.done]:
        raise AssertionError(f"{len(undone)} were not done: {undone[0]}")


def lone_median_ms(world: World, count: int) -> float:
    """Return the median time of a single void in milliseconds."""
    perform, took = in_sets(world, VoidInvoice), []
    for ids in world.invoices(count):
        for one in ids:
            began = perf_counter()
            perform([one])
            took.append((perf_counter() - began) * 1000)
    return median(took)


def shared_rate(world: World, callers: int, each: int) -> float:
    """Return the voids per second of concurrent callers that send one void at a time."""
    ids = deque(one for ids in world.invoices(callers * each) for one in ids)
    with world.voiding(len(ids)):
        return asyncio.run(_sharing(world, ids, callers))


async def _sharing(world: World, ids: deque[str], callers: int) -> float:
    writes, count = WriteBatches(world.engine), len(ids)

    async def call() -> None:
        while ids:
            void = request(VoidInvoice(invoice_id=ids.popleft()))
            done([await writes.perform(TENANT, void)])

    began = perf_counter()
    await asyncio.gather(*(call() for _ in range(callers)))
    took = perf_counter() - began
    await writes.close()
    return count / took
