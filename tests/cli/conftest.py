"""Books for the tests of the command line."""

from collections.abc import Iterator

import pytest

from cli.books import Books
from faults.world import opened
from polaris.store.server.database import Database


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database)
