"""`polaris worker` and `jobs`: background work, alone or beside a server."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from polaris.cli import delivery_tables
from polaris.cli.answer import document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json, settings
from polaris.cli.session import opened
from polaris.store.read.jobs import job_states

log = structlog.get_logger()

RESTART_SECONDS = 1.0
STOP_SECONDS = 20.0


def worker(data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Run background jobs and send webhooks, until you stop it.

    `polaris serve` does this too, unless it is started with --no-jobs. Several workers share the
    work.
    """
    from polaris import jobs  # imported late, so that other commands start faster
    from polaris.engine import Engine
    from polaris.webhook_dialects import configured_sending

    with opened(data_dir, database_url) as database:
        chosen = settings(data_dir, database_url)
        sending = configured_sending(chosen)
        place = jobs.Workplace(database, Engine(database, connections=2), chosen, sending)
        asyncio.run(jobs.work_until_stopped(place))


def jobs(as_json: Json = False, data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Show the background jobs: what runs, waits or failed, and what is left to send."""
    with opened(data_dir, database_url) as database, database.connect() as connection:
        states = job_states(connection)
    if as_json:
        document(states)
    else:
        say(delivery_tables.jobs(states))


@contextmanager
def worker_beside(environment: dict[str, str]) -> Iterator[None]:
    """Run a worker in a process of its own. It is started again if it ends by itself."""
    stopping = threading.Event()
    running: list[subprocess.Popen[bytes]] = [_start(environment)]

    def watch() -> None:
        while not stopping.is_set():
            status = running[-1].wait()
            if stopping.wait(RESTART_SECONDS):
                return
            log.warning("worker_ended", status=status)
            running.append(_start(environment))

    watching = threading.Thread(target=watch, name="worker", daemon=True)
    watching.start()
    try:
        yield
    finally:
        stopping.set()
        _stop(running[-1])
        watching.join()


def _start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "polaris", "worker"]
    return subprocess.Popen(command, env={**os.environ, **environment})


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
