"""A database for measurements: one tenant with many invoices, and more on demand."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import psutil  # type: ignore[import-untyped]  # it ships no types
import psycopg

from bench.sets import SIZE, Sets
from polaris.core.facts.tenant import Settings as Choices
from polaris.engine import Engine
from polaris.settings import Settings
from polaris.store.engine.write import create_tenant
from polaris.store.server.database import EngineConnection, open_database
from polaris.store.server.embedded import Embedded
from polaris.store.sql import blocks, statement

CEILINGS = blocks(str(Path(__file__).with_name("ceilings.sql")))
DRAFT, FINALIZE, VOID = (statement(CEILINGS[name]) for name in ("draft", "finalize", "void"))
ACCOUNT, INVOICES, SESSIONS = (
    statement(CEILINGS[name]) for name in ("account", "invoices", "sessions")
)

TENANT = "01990000-0000-7000-8002-000000000001"
ID = "01990000-0000-7000-8000-"  # prefix of invoice ids; the number follows as 12 hex digits
FIRST = 10  # each customer has ten invoices, and customers are numbered from 1
STORED_AT_ONCE = 5_000


class Stored(NamedTuple):
    """The number of invoices in a database."""

    invoices: int
    voided: int


class World:
    """A database of a server, with an engine."""

    def __init__(self, server: Embedded, name: str, opened: ExitStack) -> None:
        self.url = server.url(name)
        self._server, self._name, self._opened = server, name, opened
        with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
            admin.execute(f"create database {name}".encode())
        database = opened.enter_context(open_database(Settings(database_url=self.url)))
        self._connect = database.connect
        self.engine = Engine(database)
        self._own = self.connection()
        create_tenant(self._own, TENANT, "Bench", "EUR", "UTC", Choices(), datetime.now(UTC))
        ACCOUNT.run(self._own, {"t": TENANT})
        self._next = FIRST

    def connection(self) -> EngineConnection:
        """Return a connection like the engine's, but with autocommit."""
        connection = self._opened.enter_context(self._connect())
        connection.autocommit = True
        return connection

    def fill(self, count: int, advance: Callable[[int], object]) -> None:
        """Store finalized invoices, in two sessions and without triggers and foreign keys."""

        def filled(numbers: range) -> None:
            with self._superuser() as session:
                store(session, numbers, finalized=True)
            advance(len(numbers))

        with ThreadPoolExecutor(2) as sessions:
            list(sessions.map(filled, self._numbers(count)))
        with self._superuser() as session:
            session.execute("vacuum analyze")
            session.execute("checkpoint")

    def _superuser(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            self._server.url(self._name, user="postgres"),
            autocommit=True,
            options="-c session_replication_role=replica -c synchronous_commit=off",
        )

    def _numbers(self, count: int) -> list[range]:
        """Return ranges of new invoice numbers. No customer is split between ranges."""
        first, self._next = self._next, self._next + -(-count // 10) * 10
        numbers = range(first, self._next)
        return [numbers[at : at + STORED_AT_ONCE] for at in range(0, len(numbers), STORED_AT_ONCE)]

    def drafts(self, count: int) -> Sets:
        """Create drafts, and return their ids in sets."""
        return self._fresh(count, finalized=False)

    def invoices(self, count: int) -> Sets:
        """Create finalized, unpaid invoices, and return their ids in sets."""
        return self._fresh(count, finalized=True)

    def _fresh(self, count: int, *, finalized: bool) -> Sets:
        ids: list[str] = []
        for numbers in self._numbers(count):
            ids += store(self._own, numbers, finalized=finalized)
        return [ids[at : min(at + SIZE, count)] for at in range(0, count, SIZE)]

    def server_seconds(self) -> float:
        """Return the CPU seconds of all sessions of the server until now."""
        pids = [pid for (pid,) in SESSIONS.run(self._own, {}).fetchall()]
        return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)

    def version(self) -> int:
        """Return the server's version, such as 180004 for 18.4."""
        return self._own.info.server_version

    def stored(self) -> Stored:
        """Return the current number of invoices."""
        return Stored(*INVOICES.run(self._own, {"t": TENANT}).fetchone() or (0, 0))

    @contextmanager
    def voiding(self, count: int) -> Iterator[None]:
        """Raise AssertionError unless this number of invoices is voided inside the block."""
        before = self.stored().voided
        yield
        if self.stored().voided - before != count:
            raise AssertionError("a figure was measured on invoices that were not voided")


def store(
    connection: psycopg.Connection[Any], numbers: range, *, finalized: bool = False
) -> list[str]:
    """Store invoices with these numbers. Return their ids."""
    DRAFT.run(connection, {"t": TENANT, "first": numbers[0], "last": numbers[-1]})
    ids = [f"{ID}{number:012x}" for number in numbers]
    if finalized:
        FINALIZE.run(connection, {"t": TENANT, "ids": array(ids)})
    return ids


def array(ids: list[str]) -> str:
    """Return the ids as a PostgreSQL array literal."""
    return "{" + ",".join(ids) + "}"
