"""What is looked up again and again, and may be a moment old: remembered for so long."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, NamedTuple, TypeVar

V = TypeVar("V")

MOST = 1000


class Looked(NamedTuple, Generic[V]):
    """A look, done or under way, and until when it counts."""

    found: "asyncio.Future[V | None]"
    until: float


class TtlCache(Generic[V]):
    """Remembers what a look found, unless it is nothing, or `worth` says no. Serves one loop."""

    def __init__(
        self,
        look: Callable[[str], Awaitable[V | None]],
        seconds: float,
        clock: Callable[[], float],
        worth: Callable[[V], bool] = lambda _: True,
    ) -> None:
        self._look_up, self._seconds, self._clock, self._worth = look, seconds, clock, worth
        self._looked: dict[str, Looked[V]] = {}  # the oldest look first
        self._renewing: dict[str, Looked[V]] = {}

    async def find(self, name: str) -> V | None:
        """What the name stands for, now or a moment ago. Who asks meanwhile waits for one look."""
        looked, now = self._looked.get(name), self._clock()
        if looked is None or looked.until <= now:
            looked = self._keep(name, self._look(name))
        elif looked.until - now < self._seconds / 2 and name not in self._renewing:
            self._renew(name)
        if looked.found.done():
            return looked.found.result()
        # One caller that leaves must not take the look from the others.
        return await asyncio.shield(looked.found)

    def _renew(self, name: str) -> None:
        """Look again before the last look is too old, so that nobody has to wait for it."""
        self._renewing[name] = looked = self._look(name)

        def renewed(_: object) -> None:
            del self._renewing[name]
            self._keep(name, looked)

        looked.found.add_done_callback(renewed)

    def _look(self, name: str) -> Looked[V]:
        # From before the look on: it may find what was true a moment earlier.
        until = self._clock() + self._seconds
        return Looked(asyncio.ensure_future(self._look_up(name)), until)

    def _keep(self, name: str, looked: Looked[V]) -> Looked[V]:
        self._looked.pop(name, None)
        self._looked[name] = looked
        if len(self._looked) > MOST:
            del self._looked[next(iter(self._looked))]
        looked.found.add_done_callback(lambda _: self._forget_unless_good(name, looked))
        return looked

    def _forget_unless_good(self, name: str, looked: Looked[V]) -> None:
        failed = looked.found.cancelled() or looked.found.exception() is not None
        known = None if failed else looked.found.result()
        if (known is None or not self._worth(known)) and self._looked.get(name) is looked:
            del self._looked[name]
