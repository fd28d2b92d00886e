"""`polaris worker` and `jobs`: background work, alone or beside a server."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import structlog
import typer

from polaris.cli.answer import Stopped, document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json, settings
from polaris.cli.session import opened

log = structlog.get_logger()

RESTART_SECONDS = 1.0
STOP_SECONDS = 20.0


def worker(data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Run background jobs, send webhooks and seal the audit log, until you stop it.

    `polaris serve` does this too, unless it is started with --no-jobs. Several workers share the
    work.
    """
    from polaris.audit.sealer import Sealer  # imported late, so that other commands start faster
    from polaris.jobs.queue import work_until_stopped
    from polaris.jobs.workplace import configured_workplace

    with opened(data_dir, database_url) as database, Sealer(database):
        place = configured_workplace(database, settings(data_dir, database_url))
        asyncio.run(work_until_stopped(place))


group = typer.Typer(
    help="Show the background jobs: when each runs, how it ended, and what is left to send.",
    invoke_without_command=True,
)


@group.callback()
def jobs(
    context: typer.Context,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show the background jobs: when each runs, how it ended, and what is left to send."""
    if context.invoked_subcommand is not None:
        if as_json or data_dir or database_url:
            raise typer.BadParameter("Put the options after the name of the job.")
        return
    from polaris.cli import job_tables
    from polaris.jobs.listing import listed_jobs

    with opened(data_dir, database_url) as database, database.connect() as connection:
        listed = listed_jobs(connection, datetime.now(UTC))
    if as_json:
        document(listed)
    else:
        say(job_tables.jobs(listed))


@group.command("run")
def run_job(
    name: Annotated[str, typer.Argument(help="The job's name; see `polaris jobs`.")],
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Run a job now in this process, also if no worker runs."""
    from polaris.jobs.queue import run_now
    from polaris.jobs.table import JOBS
    from polaris.jobs.workplace import configured_workplace

    job = next((job for job in JOBS if job.name == name), None)
    if job is None:
        names = ", ".join(job.name for job in JOBS)
        raise Stopped(f"No job {name}. The jobs are {names}.")
    with opened(data_dir, database_url) as database:
        place = configured_workplace(database, settings(data_dir, database_url))
        count = run_now(place, job)
    if as_json:
        document({"job": job.name, "count": count})
    else:
        say(f"The job {job.name} has done {count} row{'' if count == 1 else 's'}.")


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
