"""Closing the books of one tenant waits for its own sets, and stops nobody else."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from faults.world import at_once, customers, drafts, invoices, opened, tenant, voiding
from polaris.core import commands
from polaris.core.commands import CloseBooks
from polaris.core.fold import Outcome, Request
from polaris.engine import CLOSING_PATIENCE_SECONDS, Engine, now, request
from polaris.store.server.database import Database
from serving.async_engines import async_engine_over, open_set

USUAL_SECONDS = 5.0
"""Far more than a void takes, and less than a closing waits."""


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@contextmanager
def open_transaction(database: Database) -> Iterator[None]:
    """Somebody else's transaction, like that of a backup, that has written and stays open."""
    with database.connect() as connection:
        connection.execute("create temporary table foreign_rows as select pg_current_xact_id()")
        yield
        connection.rollback()


def closing(days: int = 1) -> CloseBooks:
    return CloseBooks(through=now().date() - timedelta(days=days))


def test_no_foreign_transaction_stops_a_closing_or_another_tenant(database: Database) -> None:
    """Once three closings during a backup left no worker for anybody."""
    engine = Engine(database)
    closers = [tenant(database) for _ in range(6)]
    other = tenant(database)
    [invoice_id] = invoices(engine, other, customers(engine, other, 1), 1)

    async def story() -> tuple[Outcome, float, list[Outcome]]:
        async with async_engine_over(database) as served:
            closings = [
                asyncio.create_task(served.perform(one, request(closing()))) for one in closers
            ]
            begun = time.monotonic()
            voided = await served.perform(other, voiding(invoice_id))
            return voided, time.monotonic() - begun, await asyncio.gather(*closings)

    begun = time.monotonic()
    with open_transaction(database):
        voided, seconds, closed = asyncio.run(story())
    assert time.monotonic() - begun < CLOSING_PATIENCE_SECONDS
    assert voided.done and seconds < USUAL_SECONDS
    assert [(one.done, one.writers_left) for one in closed] == [(True, 0)] * len(closers)


def test_a_closing_waits_for_its_own_set_and_then_says_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others do not wait: neither another tenant, nor the same one."""
    monkeypatch.setattr("polaris.serving.async_engine.CLOSING_PATIENCE_SECONDS", 1.0)
    engine = Engine(database)
    mine, other = tenant(database), tenant(database)
    busy, idle = customers(engine, mine, 2)
    [draft_id] = drafts(engine, mine, [busy], 1)
    [own_id] = invoices(engine, mine, [idle], 1)
    [invoice_id] = invoices(engine, other, customers(engine, other, 1), 1)

    async def story() -> tuple[list[Outcome], Outcome]:
        async with async_engine_over(database) as served:
            close = asyncio.create_task(served.perform(mine, request(closing())))
            await asyncio.sleep(0.2)
            voids = [
                await asyncio.wait_for(served.perform(one, voiding(which)), 0.7)
                for one, which in ((other, invoice_id), (mine, own_id))
            ]
            assert not close.done()
            return voids, await close

    day = now().date() - timedelta(days=1)
    finalizing = commands.FinalizeInvoice(invoice_id=draft_id, issue_date=day)
    with open_set(database, mine, finalizing):
        voids, closed = asyncio.run(story())
    assert [one.done for one in voids] == [True, True]
    assert (closed.done, closed.writers_left) == (True, 1)


def test_a_repeated_closing_waits_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the same key, or as a new request; another refused closing does not wait."""
    monkeypatch.setattr("polaris.serving.async_engine.CLOSING_PATIENCE_SECONDS", 0.2)
    engine, mine = Engine(database), tenant(database)
    [draft_id] = drafts(engine, mine, customers(engine, mine, 1), 1)

    async def ended(*closings: Request) -> list[Outcome]:
        async with async_engine_over(database) as served:
            return [await served.perform(mine, one) for one in closings]

    keyed = [request(closing(), key="close", fingerprint="f") for _ in range(3)]
    finalizing = commands.FinalizeInvoice(
        invoice_id=draft_id, issue_date=now().date() - timedelta(days=1)
    )
    with open_set(database, mine, finalizing):
        first, again, new, earlier = asyncio.run(
            ended(*keyed[:2], request(closing()), request(closing(days=2)))
        )
    later, new_later = asyncio.run(ended(keyed[2], request(closing())))
    assert [(one.done, one.replayed, one.writers_left) for one in (first, again, later)] == [
        (True, False, 1),
        (True, True, 1),
        (True, True, 0),
    ]
    assert [(one.code, one.details["writers_left"]) for one in new.refusals] == [
        ("books_already_closed", 1)
    ]
    assert [one.code for one in earlier.refusals] == ["books_would_move_back"]
    assert (new.writers_left, new_later.writers_left, earlier.writers_left) == (1, 0, 0)
    assert "writers_left" not in new_later.refusals[0].details


def test_closings_of_one_tenant_take_turns(database: Database) -> None:
    """Of sixteen at once, three were once answered as broken."""
    mine = tenant(database)

    async def story() -> list[Outcome]:
        async with async_engine_over(database) as served:
            tasks = (served.perform(mine, request(closing(days))) for days in range(16, 0, -1))
            return await asyncio.gather(*tasks)

    ended = asyncio.run(story())
    assert [one.fault for one in ended] == [None] * 16
    refused = {refusal.code for one in ended for refusal in one.refusals}
    assert refused <= {"books_would_move_back"}
    assert any(one.done for one in ended)


def test_closings_of_several_processes_take_turns(database: Database) -> None:
    mine = tenant(database)
    engines = [Engine(database, connections=1) for _ in range(8)]
    jobs = [lambda one=one: one.perform(mine, [request(closing())])[0] for one in engines]
    ended = [one for one in at_once(jobs) if isinstance(one, Outcome)]
    assert [one.fault for one in ended] == [None] * 8
    assert [one.done for one in ended].count(True) == 1
