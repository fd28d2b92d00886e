"""What a dialect is given: keys that are known for a second, and reads beside the event loop."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from door.stories import saving, story
from faults.world import customers, drafts, invoices, opened, reversals, scalar, tenant, voiding
from polaris import app
from polaris.core.commands import FinalizeInvoice, VoidInvoice
from polaris.desk import KEY_SECONDS, MOST_KEYS, Desk
from polaris.door import Door, DoorClosed
from polaris.engine import Engine, new_id, now, request
from polaris.keys import ApiKey, KnownKey
from polaris.settings import Settings
from polaris.store import keys, reading
from polaris.store.database import Database, EngineConnection
from polaris.store.postgres import UnknownTenant, create_api_key, revoke_api_key

COUNT = "select count(*) from tenant"


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


class Clock:
    """Stands still until it is set."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@asynccontextmanager
async def desk_of(
    database: Database, clock: Clock | None = None, readers: int = 4
) -> AsyncIterator[Desk]:
    engine = Engine(database)
    door = Door(engine)
    desk = Desk(door, engine, database, readers, clock or Clock())
    try:
        yield desk
    finally:
        await door.close()
        await desk.close()


def made(database: Database, tenant_id: str, count: int = 1) -> list[ApiKey]:
    fresh = [ApiKey.new() for _ in range(count)]
    with database.connect() as connection:
        for key in fresh:
            create_api_key(connection, tenant_id, new_id(), "shop", key, now())
    return fresh


def revoke(database: Database, key: ApiKey) -> None:
    with database.connect() as connection:
        known = keys.find(connection, key.client_id)
        assert known
        assert revoke_api_key(connection, known.tenant_id, known.id, now())


@asynccontextmanager
async def keys_locked(database: Database) -> AsyncIterator[None]:
    """Nobody can look for a key meanwhile."""
    with database.connect() as connection:
        connection.execute("lock table api_key in access exclusive mode")
        yield


async def looking(database: Database, count: int) -> None:
    """Wait until so many look for a key, and wait for the lock."""
    waiting = """select count(*) from pg_stat_activity
                  where datname = current_database() and wait_event_type = 'Lock'"""
    while await asyncio.to_thread(scalar, database, waiting) < count:
        await asyncio.sleep(0.01)


# ------------------------------------------------------------------------------------- the keys


def test_a_key_tells_whose_it_is(database: Database) -> None:
    tenant_id = tenant(database)
    [key, other] = made(database, tenant_id, 2)

    async def tell() -> None:
        async with desk_of(database) as desk:
            known = await desk.key(key.whole)
            assert known and known.tenant_id == tenant_id
            for wrong in (
                f"{key.client_id}_{other.client_secret}",
                ApiKey.new().whole,
                key.client_id,
                key.client_secret,
                "",
            ):
                assert await desk.key(wrong) is None

    story(tell)


def test_a_revoked_key_stops_within_a_second(database: Database) -> None:
    [key], clock = made(database, tenant(database)), Clock()

    async def tell() -> None:
        async with desk_of(database, clock) as desk:
            assert await desk.key(key.whole)
            revoke(database, key)
            clock.seconds += KEY_SECONDS - 0.01
            assert await desk.key(key.whole)
            clock.seconds += 0.01
            assert await desk.key(key.whole) is None

    story(tell)


def test_the_second_begins_before_the_look(database: Database) -> None:
    """What a slow look has found was true when it began."""
    [key], clock = made(database, tenant(database)), Clock()

    async def tell() -> None:
        async with desk_of(database, clock) as desk:
            async with keys_locked(database):
                first = asyncio.create_task(desk.key(key.whole))
                await looking(database, 1)
                clock.seconds += KEY_SECONDS
            assert await first
            revoke(database, key)
            assert await desk.key(key.whole) is None

    story(tell)


def test_only_good_keys_are_remembered(database: Database) -> None:
    """Who was turned away is let in as soon as the key is made; nobody fills our memory."""
    key, tenant_id = ApiKey.new(), tenant(database)
    [revoked] = made(database, tenant_id)
    revoke(database, revoked)

    async def tell() -> None:
        async with desk_of(database) as desk:
            assert await desk.key(key.whole) is None
            with database.connect() as connection:
                create_api_key(connection, tenant_id, new_id(), "late", key, now())
            assert await desk.key(key.whole)
            assert await desk.key(revoked.whole) is None
            with database.connect() as connection:
                connection.execute("update api_key set revoked_at = null")
            assert await desk.key(revoked.whole)

    story(tell)


def test_only_so_many_keys_are_remembered(database: Database) -> None:
    """The oldest look goes first."""
    first, *_, last = every = made(database, tenant(database), MOST_KEYS + 1)

    async def tell() -> None:
        async with desk_of(database) as desk:
            for key in every:
                assert await desk.key(key.whole)
            revoke(database, first)
            revoke(database, last)
            assert await desk.key(first.whole) is None
            assert await desk.key(last.whole)

    story(tell)


def test_callers_with_one_key_look_once(database: Database) -> None:
    """Else each second would begin with as many looks as there are callers."""
    [key] = made(database, tenant(database))

    async def tell() -> None:
        async with desk_of(database, readers=2) as desk:
            async with keys_locked(database):
                asking = [asyncio.create_task(desk.key(key.whole)) for _ in range(50)]
                await looking(database, 1)
                # The other reader is free.
                assert await desk.read(reading.tenants)
                asking[0].cancel()
                await asyncio.sleep(0)
            left, *stayed = await asyncio.gather(*asking, return_exceptions=True)
            assert isinstance(left, asyncio.CancelledError)
            assert all(isinstance(one, KnownKey) and one.opens(key) for one in stayed)

    story(tell)


def test_a_look_that_failed_is_made_again(database: Database) -> None:
    [key] = made(database, tenant(database))

    async def tell() -> None:
        async with desk_of(database) as desk:
            async with keys_locked(database):
                first = asyncio.create_task(desk.key(key.whole))
                await looking(database, 1)
                cancel_lookers(database)
                with pytest.raises(psycopg.errors.QueryCanceled):
                    await first
            assert await desk.key(key.whole)

    story(tell)


def cancel_lookers(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("""
            select pg_cancel_backend(pid) from pg_stat_activity
             where datname = current_database() and wait_event_type = 'Lock'""")


# ------------------------------------------------------------------------------------- reading


def test_reads_go_on_beside_each_other(database: Database) -> None:
    """Each waits for the others in the middle: one after the other they would never end."""
    together = threading.Barrier(3)

    def meet(connection: EngineConnection, number: int, *, twice: bool) -> tuple[int, int, bool]:
        together.wait(60)
        return connection.info.backend_pid, number, twice

    async def tell() -> None:
        async with desk_of(database, readers=3) as desk:
            met = await asyncio.gather(*(desk.read(meet, n, twice=n > 0) for n in range(3)))
        assert len({pid for pid, _, _ in met}) == 3
        assert [(number, twice) for _, number, twice in met] == [(0, False), (1, True), (2, True)]

    story(tell)


def test_a_read_is_of_one_moment_and_writes_nothing(database: Database) -> None:
    def counts(connection: EngineConnection) -> list[tuple[int]]:
        before = connection.execute(COUNT).fetchall()
        tenant(database)
        assert scalar(database, COUNT) == before[0][0] + 1
        return before + connection.execute(COUNT).fetchall()

    def write(connection: EngineConnection) -> None:
        connection.execute("update tenant set name = 'changed'")

    async def tell() -> None:
        async with desk_of(database, readers=1) as desk:
            before, after = await desk.read(counts)
            assert before == after
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                await desk.read(write)
            assert len(await desk.read(reading.tenants)) == after[0] + 1

    story(tell)


def test_a_lost_connection_is_made_good_once(database: Database) -> None:
    """However many were lost together: a server that was started anew ends them all."""

    async def tell() -> None:
        async with desk_of(database, readers=3) as desk:
            together = threading.Barrier(3)
            await asyncio.gather(*(desk.read(lambda _: together.wait(60)) for _ in range(3)))
            shoot(database)
            for _ in range(4):
                assert await desk.read(reading.tenants)

            calls: list[int] = []

            def lose(connection: EngineConnection, times: int) -> int:
                calls.append(connection.info.backend_pid)
                if len(calls) <= times:
                    shoot(database)
                connection.execute(COUNT)
                return len(calls)

            assert await desk.read(lose, 1) == 2
            calls.clear()
            with pytest.raises(psycopg.OperationalError):
                await desk.read(lose, 9)
            assert len(calls) == 2

    tenant(database)
    story(tell)


def shoot(database: Database) -> None:
    """End every connection to the database but this one."""
    with database.connect() as connection:
        connection.execute("""
            select pg_terminate_backend(pid, 10000) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()""")


def test_a_fault_of_the_reader_is_told_at_once(database: Database) -> None:
    calls: list[EngineConnection] = []

    def fail(connection: EngineConnection) -> None:
        calls.append(connection)
        connection.execute("select 1 / 0")

    async def tell() -> None:
        async with desk_of(database, readers=1) as desk:
            with pytest.raises(psycopg.errors.DivisionByZero):
                await desk.read(fail)
            with pytest.raises(UnknownTenant):
                await desk.read(reading.tenant, new_id())
            assert await desk.read(lambda connection: not connection.closed)

    story(tell)
    assert len(calls) == 1


# ---------------------------------------------------------------------------- asking, and the end


def test_a_preview_is_what_performing_does(database: Database) -> None:
    tenant_id, engine = tenant(database), Engine(database, connections=1)
    owners = customers(engine, tenant_id, 1)
    [invoice_id] = drafts(engine, tenant_id, owners, 1)
    steps = FinalizeInvoice(invoice_id=invoice_id), VoidInvoice(invoice_id=invoice_id)
    asked = [request(step) for step in steps]

    async def tell() -> None:
        async with desk_of(database) as desk:
            previews = await desk.preview(tenant_id, asked)
            assert all(preview.outcome.done and preview.rows for preview in previews)
            assert reversals(database, tenant_id) == 0
            with pytest.raises(UnknownTenant):
                await desk.preview(new_id(), asked)
            assert all(outcome.done for outcome in await desk.perform_all(tenant_id, asked))
            assert reversals(database, tenant_id) == 1
            assert (await desk.perform(tenant_id, asked[0])).replayed

    story(tell)


def test_closing_answers_who_reads_and_takes_nothing_more(database: Database) -> None:
    tenant_id, engine = tenant(database), Engine(database, connections=1)
    [invoice_id] = invoices(engine, tenant_id, customers(engine, tenant_id, 1), 1)
    [key] = made(database, tenant_id)
    begun, go_on = threading.Event(), threading.Event()

    def slowly(connection: EngineConnection) -> str:
        begun.set()
        go_on.wait(60)
        return reading.tenant(connection, tenant_id).id

    async def tell() -> None:
        async with desk_of(database, readers=1) as desk:
            read = [asyncio.create_task(desk.read(slowly)) for _ in range(2)]
            await asyncio.to_thread(begun.wait, 60)
            closing = asyncio.create_task(desk.close())
            await asyncio.sleep(0)
            for late in (
                desk.read(reading.tenants),
                desk.preview(tenant_id, [voiding(invoice_id)]),
                desk.key(key.whole),
            ):
                with pytest.raises(DoorClosed):
                    await late
            assert not closing.done()
            go_on.set()
            await closing
            assert await asyncio.gather(*read) == [tenant_id, tenant_id]
            # The door is its opener's.
            assert (await desk.perform(tenant_id, saving())).done

    story(tell)


def test_a_dialect_is_given_a_desk(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant_id = tenant(database)
    [key] = made(database, tenant_id)

    def dialect(desk: Desk) -> FastAPI:
        small = FastAPI()

        @small.get("/whose/{text}")
        async def whose(text: str) -> str:
            known = await desk.key(text)
            assert known
            outcome = await desk.perform(known.tenant_id, saving())
            assert outcome.done
            return (await desk.read(reading.tenant, known.tenant_id)).id

        return small

    async def tell() -> None:
        whole = app.build(Settings(database_url=database.url))
        served = httpx.ASGITransport(whole)
        async with (
            whole.router.lifespan_context(whole),
            httpx.AsyncClient(transport=served, base_url="http://polaris") as client,
        ):
            assert (await client.get(f"/small/whose/{key.whole}")).json() == tenant_id

    monkeypatch.setitem(app.DIALECTS, "/small", dialect)
    story(tell)
