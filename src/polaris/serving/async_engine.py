"""What a dialect is given: to perform and to preview, to read, and to know a caller by its key."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

import psycopg
import structlog
from psycopg import IsolationLevel
from psycopg_pool import PoolTimeout

from polaris.core.decision import Facts
from polaris.core.facts.tenant import Tenant
from polaris.core.fold import Outcome, Request
from polaris.core.scope import Scope
from polaris.engine import Engine, Preview, lost
from polaris.keys import ApiKey, KnownKey
from polaris.serving.read_batches import ReadBatches
from polaris.serving.ttl_cache import AsyncTtlCache
from polaris.serving.write_batches import ShuttingDown, WriteBatches
from polaris.store.engine.load import load, resolve
from polaris.store.engine.write import signing_key
from polaris.store.read import api_keys, tenants
from polaris.store.server.database import Database, EngineConnection

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger()

READERS = 4
MOMENT_SECONDS = 1.0
"""For so long a key that was revoked may still be taken, and a setting that was changed."""


class AsyncEngine:
    """Serves one event loop: what waits for the database waits in threads."""

    def __init__(
        self,
        writes: WriteBatches,
        engine: Engine,
        database: Database,
        readers: int = READERS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._writes, self._engine, self._database = writes, engine, database
        self._pool = database.pool(readers)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="read")
        self._closed = False
        self._keys = AsyncTtlCache(
            lambda prefix: self.read(api_keys.find, prefix),
            MOMENT_SECONDS,
            clock,
            worth=lambda key: not key.revoked_at,
        )
        self._tenants = AsyncTtlCache(
            lambda tenant_id: self.read(tenants.tenant, tenant_id), MOMENT_SECONDS, clock
        )
        self._reads = ReadBatches(self._load)

    async def perform(self, tenant_id: str, request: Request) -> Outcome:
        """Do what is asked; as `WriteBatches.perform`."""
        return await self._writes.perform(tenant_id, request)

    async def perform_all(self, tenant_id: str, requests: Sequence[Request]) -> list[Outcome]:
        """Do all that is asked, together and in order; as `WriteBatches.perform_all`."""
        return await self._writes.perform_all(tenant_id, requests)

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
        the function does; ShuttingDown; `psycopg.OperationalError` when the database stays away.
        """

        def reading() -> T:
            with self._pool.connection() as connection:
                connection.read_only = True
                # So a page and its count agree, whatever is committed between them.
                connection.isolation_level = IsolationLevel.REPEATABLE_READ
                return function(connection, *args, **kwargs)

        return await self._in_thread(reading)

    async def keep(
        self,
        function: Callable[Concatenate[EngineConnection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """What a function writes beside the books, committed: twice it must change nothing.

        It may be called twice, and raises, as `read` does.
        """

        def keeping() -> T:
            with self._pool.connection() as connection:
                connection.read_only = False
                # Who wrote the same at the same time committed meanwhile, and is to be seen.
                connection.isolation_level = IsolationLevel.READ_COMMITTED
                return function(connection, *args, **kwargs)

        return await self._in_thread(keeping)

    async def signing_key(self, tenant_id: str, kind: str, make: Callable[[], str]) -> str:
        """The key that a tenant signs with for one use, made the first time."""
        return await self.keep(signing_key, tenant_id, kind, make)

    async def facts(self, tenant_id: str, scope: Scope) -> Facts:
        """Everything that belongs to what is named; shared with who asks now, so not to be changed.

        Raises UnknownTenant, and as `read` does.
        """
        return await self._reads.facts(tenant_id, scope)

    async def _load(self, tenant_id: str, scope: Scope) -> Facts:
        def loading() -> Facts:
            with self._pool.connection() as connection:
                connection.autocommit = True  # one statement is of one moment by itself
                try:
                    return load(connection, tenant_id, resolve(connection, tenant_id, scope)).facts
                finally:
                    connection.autocommit = False

        return await self._in_thread(loading)

    async def _in_thread(self, reading: Callable[[], T]) -> T:
        if self._closed:
            raise ShuttingDown(ShuttingDown.__doc__)
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
        known = await self._keys.find(key.client_id) if key else None
        return known if key and known and known.opens(key) else None

    async def tenant(self, tenant_id: str) -> Tenant:
        """Whose books these are, with the settings of now or of a moment ago.

        Raises UnknownTenant, and as `read` does.
        """
        found = await self._tenants.find(tenant_id)
        assert found is not None  # who is not there is raised
        return found

    async def close(self) -> None:
        """Read nothing more, and return once everybody who reads has an answer.

        The write batches are closed by whoever opened them.
        """
        self._closed = True
        await asyncio.to_thread(self._readers.shutdown)
