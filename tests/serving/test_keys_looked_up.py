"""Keys are looked up once a second: revoked keys stop working, and callers share a look-up."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from faults.world import opened, scalar, tenant
from polaris.engine import new_id, now
from polaris.keys import ApiKey, KnownKey
from polaris.serving.async_engine import MOMENT_SECONDS
from polaris.serving.ttl_cache import MAX_SIZE
from polaris.store.engine.write import create_api_key, revoke_api_key
from polaris.store.read import api_keys, tenants
from polaris.store.server.database import Database
from serving.async_engines import Clock, async_engine_over, create_keys
from serving.stories import story


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


def revoke(database: Database, key: ApiKey) -> None:
    with database.connect() as connection:
        known = api_keys.find(connection, key.client_id)
        assert known
        assert revoke_api_key(connection, known.tenant_id, known.id, now())


@asynccontextmanager
async def keys_locked(database: Database) -> AsyncIterator[None]:
    """Block all look-ups of keys until the end of the block."""
    with database.connect() as connection:
        connection.execute("lock table api_key in access exclusive mode")
        yield


async def looking(database: Database, count: int) -> None:
    """Wait until `count` look-ups wait for the lock."""
    waiting = """select count(*) from pg_stat_activity
                  where datname = current_database() and wait_event_type = 'Lock'"""
    while await asyncio.to_thread(scalar, database, waiting) < count:
        await asyncio.sleep(0.01)


def test_a_key_tells_whose_it_is(database: Database) -> None:
    tenant_id = tenant(database)
    [key, other] = create_keys(database, tenant_id, 2)

    async def tell() -> None:
        async with async_engine_over(database) as async_engine:
            known = await async_engine.key(key.whole)
            assert known and known.tenant_id == tenant_id
            for wrong in (
                f"{key.client_id}_{other.client_secret}",
                ApiKey.new().whole,
                key.client_id,
                key.client_secret,
                "",
            ):
                assert await async_engine.key(wrong) is None

    story(tell)


def test_a_revoked_key_stops_within_a_second(database: Database) -> None:
    [key], clock = create_keys(database, tenant(database)), Clock()

    async def tell() -> None:
        async with async_engine_over(database, clock) as async_engine:
            assert await async_engine.key(key.whole)
            revoke(database, key)
            clock.seconds += MOMENT_SECONDS - 0.01
            assert await async_engine.key(key.whole)
            clock.seconds += 0.01
            assert await async_engine.key(key.whole) is None

    story(tell)


def test_the_second_begins_before_the_look(database: Database) -> None:
    """The result of a slow look-up is as old as its beginning."""
    [key], clock = create_keys(database, tenant(database)), Clock()

    async def tell() -> None:
        async with async_engine_over(database, clock) as async_engine:
            async with keys_locked(database):
                first = asyncio.create_task(async_engine.key(key.whole))
                await looking(database, 1)
                clock.seconds += MOMENT_SECONDS
            assert await first
            revoke(database, key)
            assert await async_engine.key(key.whole) is None

    story(tell)


def test_only_good_keys_are_remembered(database: Database) -> None:
    """A rejected key is accepted as soon as it is created; unknown keys do not fill the cache."""
    key, tenant_id = ApiKey.new(), tenant(database)
    [revoked] = create_keys(database, tenant_id)
    revoke(database, revoked)

    async def tell() -> None:
        async with async_engine_over(database) as async_engine:
            assert await async_engine.key(key.whole) is None
            with database.connect() as connection:
                create_api_key(connection, tenant_id, new_id(), "late", key, now())
            assert await async_engine.key(key.whole)
            assert await async_engine.key(revoked.whole) is None
            with database.connect() as connection:
                connection.execute("update api_key set revoked_at = null")
            assert await async_engine.key(revoked.whole)

    story(tell)


def test_only_so_many_keys_are_remembered(database: Database) -> None:
    """The oldest entry is removed first."""
    first, *_, last = every = create_keys(database, tenant(database), MAX_SIZE + 1)

    async def tell() -> None:
        async with async_engine_over(database) as async_engine:
            for key in every:
                assert await async_engine.key(key.whole)
            revoke(database, first)
            revoke(database, last)
            assert await async_engine.key(first.whole) is None
            assert await async_engine.key(last.whole)

    story(tell)


def test_callers_with_one_key_look_once(database: Database) -> None:
    """Otherwise every second would begin with one look-up per caller."""
    [key] = create_keys(database, tenant(database))

    async def tell() -> None:
        async with async_engine_over(database, readers=2) as async_engine:
            async with keys_locked(database):
                asking = [asyncio.create_task(async_engine.key(key.whole)) for _ in range(10)]
                await looking(database, 1)
                # The other reader is free.
                assert await async_engine.read(tenants.tenants)
                asking[0].cancel()
                await asyncio.sleep(0)
            left, *stayed = await asyncio.gather(*asking, return_exceptions=True)
            assert isinstance(left, asyncio.CancelledError)
            assert all(isinstance(one, KnownKey) and one.opens(key) for one in stayed)

    story(tell)


def test_a_look_that_failed_is_made_again(database: Database) -> None:
    [key] = create_keys(database, tenant(database))

    async def tell() -> None:
        async with async_engine_over(database) as async_engine:
            async with keys_locked(database):
                first = asyncio.create_task(async_engine.key(key.whole))
                await looking(database, 1)
                cancel_lookers(database)
                with pytest.raises(psycopg.errors.QueryCanceled):
                    await first
            assert await async_engine.key(key.whole)

    story(tell)


def cancel_lookers(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("""
            select pg_cancel_backend(pid) from pg_stat_activity
             where datname = current_database() and backend_type = 'client backend'
               and wait_event_type = 'Lock'""")
