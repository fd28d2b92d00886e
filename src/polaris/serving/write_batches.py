"""Callers who come at the same time share a set: one lock, one load, one write for all of them.

Tenants take turns. No tenant has more than `lanes` sets under way, so a worker is always left for
the others: a quiet tenant does not wait behind another's backlog. What one caller asks for at once
is never divided over sets.
"""

import asyncio
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice
from typing import NamedTuple, Protocol

from polaris.core.fold import Outcome, Request

WORKERS = 3
LANES = 2
LARGEST_SET = 256


class Performs(Protocol):
    """What the batches need of the engine."""

    def perform(self, tenant_id: str, requests: Sequence[Request]) -> list[Outcome]:
        """An outcome for each request, in order; an exception fails the whole set."""
        ...


class ShuttingDown(Exception):
    """The server is shutting down; nothing more is taken in."""


Answer = list[Outcome] | Exception


class Caller(NamedTuple):
    """Requests that stay together, and who waits for their outcomes."""

    requests: Sequence[Request]
    answer: asyncio.Future[list[Outcome]]

    def take(self, answer: Answer) -> None:
        """Answer, unless the caller has gone. To be called in the caller's own loop."""
        if self.answer.done():
            return
        if isinstance(answer, Exception):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)


class WriteBatches:
    """Gathers concurrent requests into sets and performs them on worker threads."""

    def __init__(self, engine: Performs, *, workers: int = WORKERS, lanes: int = LANES) -> None:
        if lanes >= workers:
            raise ValueError("a tenant that fills its lanes must leave a worker to the others")
        self._engine, self._lanes = engine, lanes
        self._changed = threading.Condition()
        # Only tenants with somebody waiting; the first has the next turn.
        self._waiting: dict[str, deque[Caller]] = {}
        self._under_way: Counter[str] = Counter()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"write-{number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    async def perform(self, tenant_id: str, request: Request) -> Outcome:
        """Do what is asked, in a set with whoever else is asking now.

        Raises ShuttingDown, and what the engine raises for the set: UnknownTenant, or
        `psycopg.OperationalError` when the database stays away.
        """
        [outcome] = await self._enter(tenant_id, (request,))
        return outcome

    async def perform_all(self, tenant_id: str, requests: Sequence[Request]) -> list[Outcome]:
        """Do all that is asked in one set, in order, with nothing in between.

        So it is one database transaction, unless that fails and the engine halves the set. A
        refused request does not keep back those after it. Raises as `perform` does.
        """
        return await self._enter(tenant_id, tuple(requests)) if requests else []

    def _enter(
        self, tenant_id: str, requests: tuple[Request, ...]
    ) -> asyncio.Future[list[Outcome]]:
        """Stand in the tenant's line."""
        caller = Caller(requests, asyncio.get_running_loop().create_future())
        with self._changed:
            if self._closed:
                raise ShuttingDown(ShuttingDown.__doc__)
            self._waiting.setdefault(tenant_id, deque()).append(caller)
            self._changed.notify()
        return caller.answer

    async def close(self) -> None:
        """Take nothing more in, and return once everybody inside has an answer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        await asyncio.to_thread(self._join)

    def _join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while turn := self._next_turn():
            tenant_id, callers = turn
            try:
                self._serve(tenant_id, callers)
            finally:
                self._end_turn(tenant_id)

    def _next_turn(self) -> tuple[str, list[Caller]] | None:
        """The next tenant and its oldest callers; none once closed, with everybody served."""
        with self._changed:
            while not (turn := self._turn()):
                if self._closed and not self._waiting:
                    self._changed.notify_all()
                    return None
                self._changed.wait()
            return turn

    def _turn(self) -> tuple[str, list[Caller]] | None:
        for tenant_id, line in self._waiting.items():
            if self._under_way[tenant_id] < self._lanes:
                callers = first_of(line)
                del self._waiting[tenant_id]
                if line:
                    self._waiting[tenant_id] = line
                self._under_way[tenant_id] += 1
                return tenant_id, callers
        return None

    def _end_turn(self, tenant_id: str) -> None:
        with self._changed:
            self._under_way[tenant_id] -= 1
            if not self._under_way[tenant_id]:
                del self._under_way[tenant_id]
            self._changed.notify()

    def _serve(self, tenant_id: str, callers: list[Caller]) -> None:
        wanted = [caller for caller in callers if not caller.answer.done()]
        if not wanted:
            return
        requests = [request for caller in wanted for request in caller.requests]
        try:
            outcomes = iter(self._engine.perform(tenant_id, requests))
        except Exception as fault:
            answer([(caller, fault) for caller in wanted])
        else:
            answer([(caller, list(islice(outcomes, len(caller.requests)))) for caller in wanted])


def first_of(line: deque[Caller]) -> list[Caller]:
    """Take a set out of a line: as many as fit, none before its turn. The first always fits."""
    taken = [line.popleft()]
    room = LARGEST_SET - len(taken[0].requests)
    while line and len(line[0].requests) <= room:
        taken.append(line.popleft())
        room -= len(taken[-1].requests)
    return taken


def answer(answers: Iterable[tuple[Caller, Answer]]) -> None:
    """Hand out the answers; a loop is woken once, however many of its callers were in the set."""
    told = defaultdict(list)
    for caller, one in answers:
        told[caller.answer.get_loop()].append((caller, one))
    for loop, pairs in told.items():
        with suppress(RuntimeError):  # the loop is closed: its callers are gone
            loop.call_soon_threadsafe(hand_out, pairs)


def hand_out(pairs: list[tuple[Caller, Answer]]) -> None:
    """Give each caller its own."""
    for caller, one in pairs:
        caller.take(one)
