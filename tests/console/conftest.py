"""One database and one `polaris serve` for the tests of the console in a test process."""

from collections.abc import Iterator

import pytest

from cli.terminal import Serving
from faults.world import opened
from polaris.store.server.database import Database


@pytest.fixture(scope="session")
def database_url(shared_database_url: str) -> str:
    """The shared database; each test has a tenant of its own."""
    return shared_database_url


@pytest.fixture(scope="session")
def serving(database_url: str) -> Iterator[Serving]:
    """`polaris serve`, a program of its own."""
    with Serving("serve", "--database-url", database_url) as serving:
        yield serving


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    """The database behind the server."""
    with opened(database_url) as database:
        yield database
