"""One embedded server for each test process; for most files, a copy of a migrated database."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from polaris.store.server.embedded import Embedded, open_server
from polaris.store.server.migrate import migrate

FOR_TESTS = ("POLARIS_TEST_CHROMIUM", "POLARIS_SCREENSHOTS")
"""The variables that only the tests read."""

# What else the machine or its user has set must not change what a test sees.
for name in [name for name in os.environ if name.startswith(("POLARIS_", "PG"))]:
    if name not in FOR_TESTS:
        del os.environ[name]

NUMBERS = count(1)


LONGEST = (
    "tests/imports/test_real_file.py",
    "tests/console/browser/test_every_page.py",
    "tests/console/browser/test_accidents.py",
    "tests/console/browser/test_runbooks.py",
    "tests/faults/test_embedded.py",
    "tests/stories/test_pages.py",
    "tests/dialects/lago/test_schemas.py",
    "tests/cli/test_serve.py",
    "tests/faults/test_lost_connections.py",
    "tests/faults/test_killed.py",
    "tests/properties/test_histories.py",
    "tests/properties/test_effects.py",
    "tests/cli/test_demo.py",
    "tests/bench/test_bench.py",
    "tests/console/browser/test_access.py",
)
"""The files that take the longest, which begin first: in the end all processes have work."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, and refuse to run when two tests have one id.

    A parallel run would silently skip one of the two.
    """
    twice = [name for name, times in Counter(item.nodeid for item in items).items() if times > 1]
    if twice:
        raise pytest.UsageError(f"Two tests have the same id: {', '.join(twice)}")
    rank = {name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(rank)))


@pytest.fixture(scope="session")
def session_dir() -> Iterator[Path]:
    """A directory for this process; when the tests run as root, the server's user may pass it."""
    folder = passable_dir()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data_dir(session_dir: Path) -> Iterator[Path]:
    """A data directory of the test's own, not made yet."""
    folder = passable_dir(session_dir)
    yield folder / "polaris"
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server(session_dir: Path) -> Iterator[Embedded]:
    """The embedded server of this process, without fsync. Parallel processes have one each."""
    with open_server(session_dir / "server", fsync=False) as server:
        yield server


@pytest.fixture(scope="session")
def template(server: Embedded) -> str:
    """The name of a migrated database to copy."""
    tell(server, "create database polaris_template")
    migrate(server.url("polaris_template"))
    # A copy is refused while anybody is connected to the original.
    tell(server, "alter database polaris_template allow_connections false")
    return "polaris_template"


@pytest.fixture(scope="session")
def shared_database_url(server: Embedded, template: str) -> Iterator[str]:
    """A migrated database for many test files, in which each test has a tenant of its own."""
    with copied(server, template) as url:
        yield url


@pytest.fixture(scope="module")
def database_url(server: Embedded, template: str) -> Iterator[str]:
    """A migrated database for one test file, with nothing in it at first."""
    with copied(server, template) as url:
        yield url


@pytest.fixture
def own_database_url(server: Embedded, template: str) -> Iterator[str]:
    """A migrated database for one test."""
    with copied(server, template) as url:
        yield url


@pytest.fixture
def blank_url(server: Embedded) -> Iterator[str]:
    """A database for one test, not migrated."""
    with copied(server, "template1") as url:
        yield url


@contextmanager
def copied(server: Embedded, template: str) -> Iterator[str]:
    """A copy of a database, dropped in the end whoever is still connected to it."""
    name = f"test_{next(NUMBERS)}"
    tell(server, f"create database {name} template {template}")
    yield server.url(name)
    # By the administrator: a vacuum that the server began by itself may be connected too.
    tell(server, f"drop database {name} with (force)", user="postgres")


def tell(server: Embedded, statement: str, user: str = "polaris") -> None:
    with psycopg.connect(server.url("postgres", user=user), autocommit=True) as connection:
        connection.execute(statement.encode())


def passable_dir(inside: Path | None = None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="polaris-", dir=inside))
    folder.chmod(0o711)
    return folder
