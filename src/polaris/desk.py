"""What a dialect is given: to perform and to preview, to read, and to know a caller by its key."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

import psycopg
import structlog
from psycopg import IsolationLevel
from psycopg_pool import PoolTimeout

from polaris.core.fold import Outcome, Request
from polaris.door import Door, DoorClosed
from polaris.engine import Engine, Preview, lost
from polaris.keys import ApiKey, KnownKey
from polaris.store import keys
from polaris.store.database import Database, EngineConnection
from polaris.store.postgres import signing_key

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger()

READERS = 4
KEY_SECONDS = 1.0
"""For so long a key that was revoked may still be taken."""
MOST_KEYS = 1000


class Looked(NamedTuple):
    """A look for a key, done or under way, and until when it counts."""

    found: asyncio.Task[KnownKey | None]
    until: float


class Desk:
    """Serves one event loop: what waits for the database waits in threads."""

    def __init__(
        self,
        door: Door,
        engine: Engine,
        database: Database,
        readers: int = READERS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door, self._engine, self._database, self._clock = door, engine, database, clock
        self._pool = database.pool(readers)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="desk")
        self._closed = False
        self._looked: dict[str, Looked] = {}  # by prefix, the oldest look first

    async def perform(self, tenant_id: str, request: Request) -> Outcome:
        """Do what is asked; as `Door.perform`."""
        return await self._door.perform(tenant_id, request)

    async def perform_all(self, tenant_id: str, requests: Sequence[Request]) -> list[Outcome]:
        """Do all that is asked, together and in order; as `Door.perform_all`."""
        return await self._door.perform_all(tenant_id, requests)

    async def preview(self, tenant_id: str, requests: Sequence[Request]) -> list[Preview]:
        """What the requests would do, one after the other; nothing is locked or written.

        Raises as `read` does, and UnknownTenant.
        """
        return await self._in_thread(partial(self._engine.preview, tenant_id, requests))

    async def read(
        self,
        function: Callable[Concatenate[EngineConnection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """What a function reads on a connection: all of it as it was at one moment.

        It may be called twice: when the connection was lost, once more on a good one. Raises what
        the function does; DoorClosed; `psycopg.OperationalError` when the database stays away.
        """

        def reading() -> T:
            with self._pool.connection() as connection:
                connection.read_only = True
                # So a page and its count agree, whatever is committed between them.
                connection.isolation_level = IsolationLevel.REPEATABLE_READ
                return function(connection, *args, **kwargs)

        return await self._in_thread(reading)

    async def signing_key(self, tenant_id: str, kind: str, make: Callable[[], str]) -> str:
        """The key that a tenant signs with for one use, made the first time; as in `postgres`."""

        def keeping() -> str:
            with self._pool.connection() as connection:
                connection.read_only = False
                # Who made it at the same time committed meanwhile, and is to be seen.
                connection.isolation_level = IsolationLevel.READ_COMMITTED
                return signing_key(connection, tenant_id, kind, make)

        return await self._in_thread(keeping)

    async def _in_thread(self, reading: Callable[[], T]) -> T:
        if self._closed:
            raise DoorClosed(DoorClosed.__doc__)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._once_more, reading)

    def _once_more(self, reading: Callable[[], T]) -> T:
        """Read; after a lost connection once more, when the database is back."""
        try:
            return reading()
        except PoolTimeout:  # it was waited for long enough
            raise
        except psycopg.OperationalError as fault:
            if not lost(fault):
                raise
            log.warning("connection_lost", fault=str(fault))
        self._database.ensure()
        self._pool.check()  # one that was lost is seldom alone
        return reading()

    async def key(self, text: str) -> KnownKey | None:
        """The key that somebody brings, whole; none when it is unknown, wrong or revoked."""
        key = ApiKey.parse(text)
        known = await self._known(key.client_id) if key else None
        return known if key and known and known.opens(key) else None

    async def _known(self, prefix: str) -> KnownKey | None:
        """The key with a prefix. Who asks meanwhile waits for the same look."""
        looked = self._looked.get(prefix)
        if looked is None or looked.until <= self._clock():
            looked = self._look(prefix)
        # One caller that leaves must not take the look from the others.
        return await asyncio.shield(looked.found)

    def _look(self, prefix: str) -> Looked:
        # From before the look on: it may find what was true a moment earlier.
        until = self._clock() + KEY_SECONDS
        looked = Looked(asyncio.create_task(self.read(keys.find, prefix)), until)
        self._looked.pop(prefix, None)
        self._looked[prefix] = looked
        if len(self._looked) > MOST_KEYS:
            del self._looked[next(iter(self._looked))]
        looked.found.add_done_callback(lambda _: self._forget_unless_good(prefix, looked))
        return looked

    def _forget_unless_good(self, prefix: str, looked: Looked) -> None:
        failed = looked.found.cancelled() or looked.found.exception() is not None
        known = None if failed else looked.found.result()
        if (known is None or known.revoked_at) and self._looked.get(prefix) is looked:
            del self._looked[prefix]

    async def close(self) -> None:
        """Read nothing more, and return once everybody who reads has an answer.

        The door is closed by whoever opened it.
        """
        self._closed = True
        await asyncio.to_thread(self._readers.shutdown)
