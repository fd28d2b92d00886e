"""Tenants with histories, and connections that leave no trace."""

from collections.abc import Iterator

import pytest

from polaris.engine import Engine
from polaris.settings import Settings
from polaris.store.server.database import Database, EngineConnection, connect, open_database
from reports.history import found_tenant


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    """The database of the test file."""
    with open_database(Settings(database_url=database_url)) as database:
        yield database


@pytest.fixture(scope="module")
def engine(database: Database) -> Engine:
    """An engine on it."""
    return Engine(database)


@pytest.fixture
def empty_tenant_id(database_url: str) -> str:
    """A tenant that has done nothing yet."""
    return found_tenant(database_url)


@pytest.fixture
def connection(database_url: str) -> Iterator[EngineConnection]:
    """A connection; what was not committed on it is undone."""
    with connect(database_url) as connection:
        yield connection
        connection.rollback()
