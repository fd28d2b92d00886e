"""Callers who come at the same time share a set: one lock, one load, one write for all of them.

Tenants take turns. No tenant has more than `lanes` sets under way, so a worker is always left for
the others: a quiet tenant does not wait behind another's backlog.
"""

import asyncio
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

from polaris.core.fold import Outcome, Request

WORKERS = 3
LANES = 2
LARGEST_SET = 256


class Performs(Protocol):
    """The engine, as the door knows it."""

    def perform(self, tenant_id: str, requests: Sequence[Request]) -> list[Outcome]:
        """An outcome for each request, in order; an exception fails the whole set."""
        ...


class DoorClosed(Exception):
    """The server is shutting down; nothing more is taken in."""


class Caller(NamedTuple):
    """A request, and who waits for its outcome."""

    request: Request
    answer: asyncio.Future[Outcome]

    def take(self, outcome: Outcome | Exception) -> None:
        """Answer, unless the caller has gone. To be called in the caller's own loop."""
        if self.answer.done():
            return
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


class Door:
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
            threading.Thread(target=self._work, name=f"door-{number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    async def perform(self, tenant_id: str, request: Request) -> Outcome:
        """Do what is asked, in a set with whoever else is asking now.

        Raises DoorClosed, and what the engine raises for the set: UnknownTenant, or
        `psycopg.OperationalError` when the database stays away.
        """
        caller = Caller(request, asyncio.get_running_loop().create_future())
        with self._changed:
            if self._closed:
                raise DoorClosed(DoorClosed.__doc__)
            self._waiting.setdefault(tenant_id, deque()).append(caller)
            self._changed.notify()
        return await caller.answer

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
                callers = [line.popleft() for _ in range(min(len(line), LARGEST_SET))]
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
        requests = [caller.request for caller in wanted]
        outcomes: Sequence[Outcome | Exception]
        try:
            outcomes = self._engine.perform(tenant_id, requests)
        except Exception as fault:
            outcomes = [fault] * len(wanted)
        answer(wanted, outcomes)


def answer(callers: list[Caller], outcomes: Sequence[Outcome | Exception]) -> None:
    """Hand out the outcomes; a loop is woken once, however many of its callers were in the set."""
    told = defaultdict(list)
    for caller, outcome in zip(callers, outcomes, strict=True):
        told[caller.answer.get_loop()].append((caller, outcome))
    for loop, pairs in told.items():
        with suppress(RuntimeError):  # the loop is closed: its callers are gone
            loop.call_soon_threadsafe(hand_out, pairs)


def hand_out(pairs: list[tuple[Caller, Outcome | Exception]]) -> None:
    """Give each caller its own."""
    for caller, outcome in pairs:
        caller.take(outcome)
