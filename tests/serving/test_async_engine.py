"""The async engine reads in threads, previews, performs and closes."""

import asyncio
import threading
from collections.abc import Iterator

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from faults.world import customers, drafts, invoices, opened, reversals, scalar, tenant, voiding
from polaris import app
from polaris.core.commands import FinalizeInvoice, VoidInvoice
from polaris.engine import Engine, new_id, request
from polaris.serving.async_engine import AsyncEngine
from polaris.serving.write_batches import ShuttingDown
from polaris.settings import Settings
from polaris.store.engine.load import UnknownTenant
from polaris.store.read import tenants
from polaris.store.server.database import Database, EngineConnection
from serving.async_engines import async_engine_over, create_keys
from serving.stories import saving, story

COUNT = "select count(*) from tenant"


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


def test_reads_go_on_beside_each_other(database: Database) -> None:
    """Each read waits for the others in the middle, so they would never end one after the other."""
    together = threading.Barrier(3)

    def meet(connection: EngineConnection, number: int, *, twice: bool) -> tuple[int, int, bool]:
        together.wait(60)
        return connection.info.backend_pid, number, twice

    async def tell() -> None:
        async with async_engine_over(database, readers=3) as async_engine:
            met = await asyncio.gather(*(async_engine.read(meet, n, twice=n > 0) for n in range(3)))
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
        async with async_engine_over(database, readers=1) as async_engine:
            before, after = await async_engine.read(counts)
            assert before == after
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                await async_engine.read(write)
            assert len(await async_engine.read(tenants.tenants)) == after[0] + 1

    story(tell)


def test_a_lost_connection_is_made_good_once(database: Database) -> None:
    """All connections are lost at once, as after a restart of the server."""

    async def tell() -> None:
        async with async_engine_over(database, readers=3) as async_engine:
            together = threading.Barrier(3)
            await asyncio.gather(
                *(async_engine.read(lambda _: together.wait(60)) for _ in range(3))
            )
            shoot(database)
            for _ in range(4):
                assert await async_engine.read(tenants.tenants)

            calls: list[int] = []

            def lose(connection: EngineConnection, times: int) -> int:
                calls.append(connection.info.backend_pid)
                if len(calls) <= times:
                    shoot(database)
                connection.execute(COUNT)
                return len(calls)

            assert await async_engine.read(lose, 1) == 2
            calls.clear()
            with pytest.raises(psycopg.OperationalError):
                await async_engine.read(lose, 9)
            assert len(calls) == 2

    tenant(database)
    story(tell)


def shoot(database: Database) -> None:
    """End every connection to the database but this one."""
    with database.connect() as connection:
        connection.execute("""
            select pg_terminate_backend(pid, 10000) from pg_stat_activity
             where datname = current_database() and backend_type = 'client backend'
               and pid <> pg_backend_pid()""")


def test_a_fault_of_the_reader_is_told_at_once(database: Database) -> None:
    calls: list[EngineConnection] = []

    def fail(connection: EngineConnection) -> None:
        calls.append(connection)
        connection.execute("select 1 / 0")

    async def tell() -> None:
        async with async_engine_over(database, readers=1) as async_engine:
            with pytest.raises(psycopg.errors.DivisionByZero):
                await async_engine.read(fail)
            with pytest.raises(UnknownTenant):
                await async_engine.read(tenants.tenant, new_id())
            assert await async_engine.read(lambda connection: not connection.closed)

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
        async with async_engine_over(database) as async_engine:
            previews = await async_engine.preview(tenant_id, asked)
            assert all(preview.outcome.done and preview.rows for preview in previews)
            assert reversals(database, tenant_id) == 0
            with pytest.raises(UnknownTenant):
                await async_engine.preview(new_id(), asked)
            assert all(outcome.done for outcome in await async_engine.perform_all(tenant_id, asked))
            assert reversals(database, tenant_id) == 1
            assert (await async_engine.perform(tenant_id, asked[0])).replayed

    story(tell)


def test_closing_answers_who_reads_and_takes_nothing_more(database: Database) -> None:
    tenant_id, engine = tenant(database), Engine(database, connections=1)
    [invoice_id] = invoices(engine, tenant_id, customers(engine, tenant_id, 1), 1)
    [key] = create_keys(database, tenant_id)
    begun, go_on = threading.Event(), threading.Event()

    def slowly(connection: EngineConnection) -> str:
        begun.set()
        go_on.wait(60)
        return tenants.tenant(connection, tenant_id).id

    async def tell() -> None:
        async with async_engine_over(database, readers=1) as async_engine:
            read = [asyncio.create_task(async_engine.read(slowly)) for _ in range(2)]
            await asyncio.to_thread(begun.wait, 60)
            closing = asyncio.create_task(async_engine.close())
            await asyncio.sleep(0)
            for late in (
                async_engine.read(tenants.tenants),
                async_engine.preview(tenant_id, [voiding(invoice_id)]),
                async_engine.key(key.whole),
            ):
                with pytest.raises(ShuttingDown):
                    await late
            assert not closing.done()
            go_on.set()
            await closing
            assert await asyncio.gather(*read) == [tenant_id, tenant_id]
            # Whoever opened the write batches closes them.
            assert (await async_engine.perform(tenant_id, saving())).done

    story(tell)


def test_a_dialect_is_given_an_async_engine(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant_id = tenant(database)
    [key] = create_keys(database, tenant_id)

    def dialect(async_engine: AsyncEngine) -> FastAPI:
        small = FastAPI()

        @small.get("/whose/{text}")
        async def whose(text: str) -> str:
            known = await async_engine.key(text)
            assert known
            outcome = await async_engine.perform(known.tenant_id, saving())
            assert outcome.done
            return (await async_engine.read(tenants.tenant, known.tenant_id)).id

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
