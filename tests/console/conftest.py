"""One database and one `polaris serve` for the tests of the console in a test process."""

from collections.abc import Iterator

import pytest

from cli.terminal import Serving
from faults.world import opened
from operators.staff import Staff
from polaris.store.server.database import Database


@pytest.fixture(scope="session")
def database_url(shared_database_url: str) -> str:
    """The shared database; each test creates a tenant of its own, not a database."""
    return shared_database_url


@pytest.fixture(scope="session")
def serving(database_url: str) -> Iterator[Serving]:
    """`polaris serve` with two workers, so that no test depends on the memory of one."""
    with Serving("serve", "--workers", "2", "--database-url", database_url) as serving:
        yield serving


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture
def staff(database: Database) -> Staff:
    """A fresh tenant."""
    return Staff(database)
