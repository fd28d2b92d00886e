"""One database for the tests of operators; each test has a tenant of its own."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from faults.world import opened
from operators.staff import Staff
from polaris.engine import Engine
from polaris.serving.async_engine import AsyncEngine
from polaris.serving.write_batches import WriteBatches
from polaris.store.server.database import Database

Engines = Callable[[], AbstractAsyncContextManager[AsyncEngine]]


@pytest.fixture(scope="session")
def database_url(shared_database_url: str) -> str:
    return shared_database_url


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture
def staff(database: Database) -> Staff:
    return Staff(database)


@asynccontextmanager
async def open_engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Open the engine of a server in the running event loop."""
    with opened(database_url) as database:
        decider = Engine(database, connections=1)
        writes = WriteBatches(decider)
        engine = AsyncEngine(writes, decider, database, readers=2)
        try:
            yield engine
        finally:
            await writes.close()
            await engine.close()


@pytest.fixture
def engines(database_url: str) -> Engines:
    """A function that opens the engine of a server, in the event loop of a test."""
    return lambda: open_engine(database_url)
