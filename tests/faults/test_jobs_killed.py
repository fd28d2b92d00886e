"""`kill -9` of a worker in the middle of a job: another one takes it over. Failures stay apart."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from faults.world import opened
from polaris.store.read.jobs import JobState, job_states
from polaris.store.server.database import Database

WORKER = Path(__file__).with_name("job_worker.py")
PATIENCE_SECONDS = 120


@pytest.fixture
def database(own_database_url: str) -> Iterator[Database]:
    with opened(own_database_url) as database:
        yield database


class Workers:
    """Workers on one database, whose job waits while a file exists."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.held, self.log = url, folder / "held", folder / "log"
        self.log.touch()
        self.held.touch()

    @contextmanager
    def worker(self, name: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a worker until the end of the block, then kill it."""
        arguments = [self.url, name, str(self.held), str(self.log)]
        command = [sys.executable, str(WORKER), *arguments]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as program:
            try:
                yield program
            finally:
                program.kill()

    def lines(self) -> list[str]:
        """Return what the runs of the job have reported."""
        return self.log.read_text().splitlines()

    def wait_for(self, line: str) -> None:
        """Wait until a run has reported this line."""
        wait_until(lambda: line in self.lines())


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds. It fails after a long time."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def test_another_worker_takes_over_the_job_of_a_killed_one(
    database: Database, tmp_path: Path
) -> None:
    workers = Workers(database.url, tmp_path)
    with workers.worker("first") as first:
        workers.wait_for("first begins")
        with workers.worker("second"):
            time.sleep(2)  # the job stays with the first while it lives
            assert workers.lines() == ["first begins"]
            first.kill()
            workers.wait_for("second begins")
            workers.held.unlink()
            workers.wait_for("second ends")
            wait_until(lambda: len(workers.lines()) > 6)  # and it goes on
    assert "first ends" not in workers.lines()
    [waits] = [state for state in jobs_of(database) if state.name == "waits"]
    assert waits.ran_at is not None


def test_a_job_that_fails_is_shown_and_does_not_stop_the_others(
    database: Database, tmp_path: Path
) -> None:
    workers = Workers(database.url, tmp_path)
    workers.held.unlink()
    with workers.worker("only"):
        wait_until(lambda: workers.lines().count("only ends") >= 3)
        wait_until(lambda: failures_of(database) >= 2)
    assert workers.lines().count("only ends") >= 3


def jobs_of(database: Database) -> list[JobState]:
    with database.connect() as connection:
        return job_states(connection)


def failures_of(database: Database) -> int:
    """Return how many runs of the job that fails are shown as failed."""
    return sum(state.failed for state in jobs_of(database) if state.name == "fails")
