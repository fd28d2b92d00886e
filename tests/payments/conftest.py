"""A database, an engine and a shop for each file of tests."""

from collections.abc import Iterator

import pytest

from faults.world import opened
from payments.shop import Shop
from payments.stripe_server import StripeServer
from polaris.engine import Engine
from polaris.store.server.database import Database


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture(scope="module")
def engine(database: Database) -> Engine:
    return Engine(database, connections=4)


@pytest.fixture
def shop(database: Database, engine: Engine) -> Shop:
    return Shop(database, engine)


@pytest.fixture
def scripted() -> Iterator[StripeServer]:
    with StripeServer() as scripted:
        yield scripted
