"""One database and one `polaris serve` for the tests of all dialects in a test process."""

from collections.abc import Iterator

import pytest

from cli.terminal import Serving


@pytest.fixture(scope="session")
def database_url(shared_database_url: str) -> str:
    """The shared database; each test creates a tenant of its own, not a database."""
    return shared_database_url


@pytest.fixture(scope="session")
def serving(database_url: str) -> Iterator[Serving]:
    """`polaris serve`, a program of its own."""
    with Serving("serve", "--no-jobs", "--database-url", database_url) as serving:
        yield serving
