"""An import that was killed at any point and run again gives the same result."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from imports import killed
from imports.shop import SAMPLE, imported, opened, shop, timeless
from imports.test_sample import REPORT
from polaris.reports.ledger import verify
from polaris.store.server.database import Database

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


def die(url: str, tenant_id: str, block: str, times: int) -> None:
    """Run an import of the sample that kills itself."""
    program = [sys.executable, killed.__file__, url, tenant_id, str(SAMPLE), block, str(times)]
    died = subprocess.run(program, env=os.environ | {"PYTHONPATH": str(TESTS)}, check=False)
    assert died.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("block", "times"),
    [
        ("import_begin", 1),
        ("import_known", 3),  # before a set of invoices
        ("import_reject", 1),  # the set is in the books, the register does not know
        ("import_reject", 4),
        ("import_keep", 2),  # between two sets
        ("import_keep", 8),
        ("import_analyze", 1),  # between the passes
        ("import_finish", 1),
    ],
)
def test_a_killed_import_goes_on(
    database: Database, database_url: str, block: str, times: int
) -> None:
    tenant_id = shop(database)
    die(database_url, tenant_id, block, times)
    assert timeless(imported(database, tenant_id)) == REPORT
    with database.connect() as connection:
        assert verify(connection, tenant_id).ok


def test_killed_again_and_again_it_ends(database: Database, database_url: str) -> None:
    """Each run imports two more sets before it is killed."""
    tenant_id = shop(database)
    for _ in range(5):
        die(database_url, tenant_id, "import_keep", 2)
    assert timeless(imported(database, tenant_id)) == REPORT
