"""One database and one `polaris serve` for the tests of the console in a test process."""

from collections.abc import Iterator

import httpx
import pytest

from cli.terminal import Serving
from console.desk import Desk
from console.invoicing import Books
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
    with Serving("serve", "--workers", "2", "--database-url", database_url) as serving:
        yield serving


@pytest.fixture(scope="session")
def client(serving: Serving) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=serving.url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture
def staff(database: Database) -> Staff:
    """A fresh tenant."""
    return Staff(database)


@pytest.fixture
def desk(client: httpx.Client, database: Database) -> Desk:
    """A fresh tenant with an operator who is signed in."""
    return Desk(client, database)


@pytest.fixture
def foreign(client: httpx.Client, database: Database) -> Desk:
    """A desk of another tenant on the same server."""
    return Desk(client, database)


@pytest.fixture
def books(staff: Staff) -> Books:
    """The invoices of the tenant of `staff`."""
    return Books(staff)


@pytest.fixture
def browser(serving: Serving, staff: Staff) -> Browser:
    """A browser in which an operator of the tenant is signed in."""
    return Browser.signed_in(serving.url, staff, staff.hire(email="olga@example.com"))
