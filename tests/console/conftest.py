"""One database and one `polaris serve` for the tests of the console in a test process."""

from collections.abc import Iterator

import pytest

from cli.terminal import Serving
from console.tenant import Tenant
from faults.world import opened
from operators.staff import Browser, Staff
from polaris.store.server.database import Database


@pytest.fixture(scope="session")
def database_url(shared_database_url: str) -> str:
    """The shared database; each test creates a tenant of its own, not a database."""
    return shared_database_url


@pytest.fixture(scope="session")
def serving(database_url: str) -> Iterator[Serving]:
    """`polaris serve` with two workers, so that no test depends on the memory of one."""
    with Serving("serve", "--no-jobs", "--workers", "2", "--database-url", database_url) as serving:
        yield serving


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture
def staff(database: Database) -> Staff:
    """A fresh tenant."""
    return Staff(database)


@pytest.fixture
def tenant(serving: Serving, staff: Staff) -> Tenant:
    """The tenant of `staff`, with browsers and books."""
    return Tenant(staff, serving.url)


@pytest.fixture
def foreign(serving: Serving, database: Database) -> Tenant:
    """Another tenant on the same server."""
    return Tenant(Staff(database), serving.url)


@pytest.fixture
def browser(serving: Serving, staff: Staff) -> Browser:
    """A browser in which an operator of the tenant is signed in."""
    return Browser.signed_in(serving.url, staff, staff.hire(email="olga@example.com"))
