"""A database for each file of tests of jobs; each test has a tenant of its own."""

from collections.abc import Iterator

import pytest

from delivery.mail import ENCRYPTION
from faults.world import opened
from polaris.delivery.sender import Sending
from polaris.dialects.polaris.webhooks import DIALECT
from polaris.engine import Engine
from polaris.jobs.job import Workplace
from polaris.settings import Settings
from polaris.store.server.database import Database


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture(scope="module")
def engine(database: Database) -> Engine:
    return Engine(database, connections=4)


@pytest.fixture
def place(database: Database, engine: Engine) -> Workplace:
    sending = Sending(
        dialects={DIALECT.name: DIALECT},
        encryption=ENCRYPTION,
        issuer="https://polaris.example",
        allow_private=True,
    )
    return Workplace(database, engine, Settings(database_url=database.url), sending)
