"""The engine that a dialect uses: it performs, previews and reads, and finds API keys."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

import psycopg
import structlog
from msgspec.structs import replace
from psycopg import IsolationLevel
from psycopg_pool import PoolTimeout

from polaris.core.decision import Facts
from polaris.core.explain import Answer
from polaris.core.facts.tenant import Tenant
from polaris.core.fold import Outcome, Request
from polaris.core.refusals import BooksAlreadyClosed, Refusal
from polaris.core.scope import Scope
from polaris.core.transition import Dialect
from polaris.delivery.sender import Sending
from polaris.engine import (
    CLOSING_PATIENCE_SECONDS,
    CLOSING_STEP_SECONDS,
    Engine,
    Preview,
    closed_by,
    lost,
)
from polaris.keys import ApiKey, KnownKey
from polaris.serving.read_batches import ReadBatches
from polaris.serving.ttl_cache import AsyncTtlCache
from polaris.serving.write_batches import ShuttingDown, WriteBatches
from polaris.store.engine.load import load, resolve, writers
from polaris.store.engine.write import signing_key
from polaris.store.read import api_keys, tenants
from polaris.store.server.database import Database, EngineConnection

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger()

READERS = 4
MOMENT_SECONDS = 1.0
"""How long a revoked key may still be accepted, and an old setting may still be used."""


class AsyncEngine:
    """An engine for one event loop. Its database calls wait in threads."""

    def __init__(
        self,
        writes: WriteBatches,
        engine: Engine,
        database: Database,
        readers: int = READERS,
        clock: Callable[[], float] = time.monotonic,
        sending: Sending | None = None,
    ) -> None:
        self._sending = sending
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

    @property
    def sending(self) -> Sending:
        """How webhooks are composed, signed and sent."""
        assert self._sending is not None, "this engine was made without webhooks"
        return self._sending

    async def perform(self, tenant_id: str, request: Request) -> Outcome:
        """Perform a request; see `perform_all`."""
        [outcome] = await self.perform_all(tenant_id, [request])
        return outcome

    async def perform_all(self, tenant_id: str, requests: Sequence[Request]) -> list[Outcome]:
        """Perform requests together and in order; see `WriteBatches.perform_all`.

        If they close the books, or ask for a closing that was done before, wait until the earlier
        sets of the tenant have ended, but not longer than `CLOSING_PATIENCE_SECONDS`.
        `Outcome.writers_left` says how many still run. The wait holds no worker, no reader and no
        connection.
        """
        outcomes = await self._writes.perform_all(tenant_id, requests)
        closed = list(map(closed_by, requests, outcomes))
        if not any(closed):
            return outcomes
        left = await self._wait_for_writers(tenant_id)
        return [
            with_writers_left(outcome, left) if closes else outcome
            for closes, outcome in zip(closed, outcomes, strict=True)
        ]

    async def _wait_for_writers(self, tenant_id: str) -> int:
        """Wait for the sets of the tenant that run now. Return how many of them still run."""
        give_up_at = time.monotonic() + CLOSING_PATIENCE_SECONDS
        older = left = await self.read(writers, tenant_id)
        while left and time.monotonic() < give_up_at:
            await asyncio.sleep(CLOSING_STEP_SECONDS)
            left = older & await self.read(writers, tenant_id)
        return len(left)

    async def preview(self, tenant_id: str, requests: Sequence[Request]) -> list[Preview]:
        """Return what the requests would do, one after the other. Nothing is locked or written.

        Raises UnknownTenant, and the same as `read`.
        """
        return await self._in_thread(partial(self._engine.preview, tenant_id, requests))

    async def explain(self, tenant_id: str, invoice_id: str, dialect: Dialect) -> list[Answer]:
        """Return for every command on an invoice whether it is allowed; see `Engine.explain`.

        Raises NotFound, UnknownTenant, and the same as `read`.
        """
        return await self._in_thread(partial(self._engine.explain, tenant_id, invoice_id, dialect))

    async def read(
        self,
        function: Callable[Concatenate[EngineConnection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Call a function with a connection on which it reads one consistent snapshot.

        After a lost connection, the function is called once more on a new connection. Raises what
        the function raises, ShuttingDown, and `psycopg.OperationalError` if the database stays
        unavailable.
        """

        def reading() -> T:
            with self._pool.connection() as connection:
                connection.read_only = True
                # So that a page and its count agree, even with commits between the two reads.
                connection.isolation_level = IsolationLevel.REPEATABLE_READ
                return function(connection, *args, **kwargs)

        return await self._in_thread(reading)

    async def keep(
        self,
        function: Callable[Concatenate[EngineConnection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Call a function that writes rows outside the books, and commit.

        The function may be called twice, like in `read`, so the second call must change nothing.
        Raises the same as `read`.
        """

        def keeping() -> T:
            with self._pool.connection() as connection:
                connection.read_only = False
                # So that rows which a concurrent writer has just committed are visible.
                connection.isolation_level = IsolationLevel.READ_COMMITTED
                return function(connection, *args, **kwargs)

        return await self._in_thread(keeping)

    async def signing_key(self, tenant_id: str, kind: str, make: Callable[[], str]) -> str:
        """Return the tenant's signing key of this kind. Create it with `make` the first time."""
        return await self.keep(signing_key, tenant_id, kind, make)

    async def facts(self, tenant_id: str, scope: Scope) -> Facts:
        """Return all facts in the scope. Concurrent readers share them, so do not change them.

        Raises UnknownTenant, and the same as `read`.
        """
        return await self._reads.facts(tenant_id, scope)

    async def _load(self, tenant_id: str, scope: Scope) -> Facts:
        def loading() -> Facts:
            with self._pool.connection() as connection:
                connection.autocommit = True  # a single statement reads a consistent snapshot
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
        """Read. After a lost connection, read once more when the database is back."""
        try:
            return reading()
        except PoolTimeout:  # the pool has already waited for its whole timeout
            raise
        except psycopg.OperationalError as fault:
            if not lost(fault):
                raise
            log.warning("connection_lost", fault=str(fault))
        self._database.ensure()
        self._pool.check()  # other connections of the pool are probably lost too
        return reading()

    async def key(self, text: str) -> KnownKey | None:
        """Return the API key for this text, or None if it is unknown, wrong or revoked."""
        key = ApiKey.parse(text)
        known = await self._keys.find(key.client_id) if key else None
        return known if key and known and known.opens(key) else None

    async def tenant(self, tenant_id: str) -> Tenant:
        """Return the tenant with its settings, which can be about a second old.

        Raises UnknownTenant, and the same as `read`.
        """
        found = await self._tenants.find(tenant_id)
        assert found is not None  # the read raises UnknownTenant
        return found

    async def close(self) -> None:
        """Accept no more reads, and wait for those that are running.

        This does not close the write batches.
        """
        self._closed = True
        await asyncio.to_thread(self._readers.shutdown)


def with_writers_left(outcome: Outcome, left: int) -> Outcome:
    """Return the outcome of a closing with the number of earlier sets that still run.

    If the books were closed already, the refusal says so too.
    """
    if not left:
        return outcome
    refused = tuple(_still_running(one, left) for one in outcome.refusals)
    return replace(outcome, writers_left=left, refusals=refused)


def _still_running(refusal: Refusal, left: int) -> Refusal:
    if not isinstance(refusal, BooksAlreadyClosed):
        return refusal
    return BooksAlreadyClosed(**{**refusal.details, "writers_left": left})
