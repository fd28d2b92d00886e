"""Concurrent callers share a set: one lock, one load and one write for all their requests.

Tenants take turns. No tenant has more than `lanes` sets running, so a worker is always left for
the others: a quiet tenant does not wait for the backlog of a busy one. The requests that a caller
makes together are always in one set.
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
    """The part of the engine that the batches use."""

    def perform(self, tenant_id: str, requests: Sequence[Request]) -> list[Outcome]:
        """Return an outcome for each request, in order. An exception fails the whole set."""
        ...


class ShuttingDown(Exception):
    """The server is shutting down and accepts no more requests."""


Answer = list[Outcome] | Exception


class Caller(NamedTuple):
    """A waiting caller: its requests, which stay together, and the future for their outcomes."""

    requests: Sequence[Request]
    answer: asyncio.Future[list[Outcome]]

    def take(self, answer: Answer) -> None:
        """Set the answer, unless the caller has left. Call this in the caller's event loop."""
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
        # Only tenants with waiting callers; the first has the next turn.
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
        """Perform a request, in a set with those of concurrent callers.

        Raises ShuttingDown, and what the engine raises for the set: UnknownTenant, or
        `psycopg.OperationalError` if the database stays unavailable.
        """
        [outcome] = await self._enter(tenant_id, (request,))
        return outcome

    async def perform_all(self, tenant_id: str, requests: Sequence[Request]) -> list[Outcome]:
        """Perform requests in order in one set, with no other request between them.

        They share one database transaction, unless it fails and the engine halves the set. The
        requests after a refused one are still performed. Raises the same as `perform`.
        """
        return await self._enter(tenant_id, tuple(requests)) if requests else []

    def _enter(
        self, tenant_id: str, requests: tuple[Request, ...]
    ) -> asyncio.Future[list[Outcome]]:
        """Put the requests into the tenant's queue. Return the future for their outcomes."""
        caller = Caller(requests, asyncio.get_running_loop().create_future())
        with self._changed:
            if self._closed:
                raise ShuttingDown(ShuttingDown.__doc__)
            self._waiting.setdefault(tenant_id, deque()).append(caller)
            self._changed.notify()
        return caller.answer

    async def close(self) -> None:
        """Accept no more requests, and wait until every waiting caller has its answer."""
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
        """Wait for the next tenant and its oldest callers. Return None once all work is done
        after `close`."""
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
            send_answers([(caller, fault) for caller in wanted])
        else:
            send_answers(
                [(caller, list(islice(outcomes, len(caller.requests)))) for caller in wanted]
            )


def first_of(line: deque[Caller]) -> list[Caller]:
    """Remove the callers of one set from a queue: from its start, as many as fit.

    The first caller always fits.
    """
    taken = [line.popleft()]
    room = LARGEST_SET - len(taken[0].requests)
    while line and len(line[0].requests) <= room:
        taken.append(line.popleft())
        room -= len(taken[-1].requests)
    return taken


def send_answers(answers: Iterable[tuple[Caller, Answer]]) -> None:
    """Send each caller its answer. Each event loop is woken once for all its callers."""
    by_loop = defaultdict(list)
    for caller, answer in answers:
        by_loop[caller.answer.get_loop()].append((caller, answer))
    for loop, pairs in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed, so its callers have left
            loop.call_soon_threadsafe(set_answers, pairs)


def set_answers(pairs: list[tuple[Caller, Answer]]) -> None:
    """Set the answer of each caller, in their event loop."""
    for caller, answer in pairs:
        caller.take(answer)
