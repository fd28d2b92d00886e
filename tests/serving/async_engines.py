"""An async engine over a database, with a stopped clock, API keys for it, and an open set."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from polaris.core.commands import Command
from polaris.core.fold import Memory, fold
from polaris.core.scope import scope_of
from polaris.engine import Engine, new_id, now, request
from polaris.keys import ApiKey
from polaris.serving.async_engine import AsyncEngine
from polaris.serving.write_batches import WriteBatches
from polaris.store.engine.write import create_api_key, lock_and_load, write
from polaris.store.server.database import Database


class Clock:
    """A clock that a test sets."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@asynccontextmanager
async def async_engine_over(
    database: Database, clock: Clock | None = None, readers: int = 4
) -> AsyncIterator[AsyncEngine]:
    engine = Engine(database)
    batches = WriteBatches(engine)
    async_engine = AsyncEngine(batches, engine, database, readers, clock or Clock())
    try:
        yield async_engine
    finally:
        await batches.close()
        await async_engine.close()


def create_keys(database: Database, tenant_id: str, count: int = 1) -> list[ApiKey]:
    fresh = [ApiKey.new() for _ in range(count)]
    with database.connect() as connection:
        for key in fresh:
            create_api_key(connection, tenant_id, new_id(), "shop", key, now())
    return fresh


@contextmanager
def open_set(database: Database, tenant_id: str, command: Command) -> Iterator[None]:
    """A set of the tenant that has written, and commits at the end of the block."""
    with database.connect() as connection:
        scope = scope_of([command])
        asked = request(command)
        loaded = lock_and_load(connection, tenant_id, scope, [asked.id])
        folded = fold(loaded.facts, Memory((), ()), [asked], new_id)
        assert folded.outcomes[0].done
        write(connection, tenant_id, folded.rows.values())
        yield
        connection.commit()
