"""A cache for an event loop: values that may be some seconds old, each loaded once at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from cachetools import TTLCache

V = TypeVar("V")

MAX_SIZE = 1000


class AsyncTtlCache(Generic[V]):
    """Keeps loaded values for some seconds. Callers that ask at the same time share one load.

    None, a value that is not `worth` keeping, and an error are never kept.
    """

    def __init__(
        self,
        load: Callable[[str], Awaitable[V | None]],
        seconds: float,
        clock: Callable[[], float],
        worth: Callable[[V], bool] = lambda _: True,
    ) -> None:
        self._load, self._worth = load, worth
        self._loads: TTLCache[str, asyncio.Future[V | None]] = TTLCache(MAX_SIZE, seconds, clock)

    async def find(self, name: str) -> V | None:
        """Return the value of the name, or None. Raises what the load raises."""
        loaded = self._loads.get(name)
        if loaded is None:
            # Kept from before the load on: it may find what was true when it began.
            loaded = self._loads[name] = asyncio.ensure_future(self._load(name))
            loaded.add_done_callback(lambda done: self._forget_unless_good(name, done))
        if loaded.done():
            return loaded.result()
        # A caller that is cancelled must not cancel the load of the others.
        return await asyncio.shield(loaded)

    def _forget_unless_good(self, name: str, loaded: asyncio.Future[V | None]) -> None:
        failed = loaded.cancelled() or loaded.exception() is not None
        value = None if failed else loaded.result()
        if (value is None or not self._worth(value)) and self._loads.get(name) is loaded:
            del self._loads[name]
