"""The queue that decides which process runs a job, and the worker that runs them."""

import asyncio
import signal
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import structlog
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import Status

from polaris.delivery.sender import Sender
from polaris.jobs.job import ACTOR, Job, Workplace
from polaris.jobs.table import JOBS

log = structlog.get_logger()

KEPT_HOURS = 24
"""How long jobs that have ended are kept to be looked at."""

CONCURRENCY = 4
"""How many jobs a process runs at the same time."""


class Timing(NamedTuple):
    """How the processes that run jobs notice that one of them has died."""

    heartbeat_seconds: float = 10.0
    """How often a process says that it lives."""

    stalled_seconds: float = 30.0
    """After how long without a heartbeat its jobs are given to others."""

    rescue_cron: str = "* * * * *"
    """How often such jobs are searched. A sixth field is seconds."""


TIMING = Timing()


def queue(url: str) -> App:
    """Return the queue of a database. The caller opens it."""
    connector = PsycopgConnector(
        conninfo=url,
        kwargs={"options": "-c search_path=jobs", "application_name": "polaris jobs"},
        min_size=1,
        max_size=CONCURRENCY + 2,
    )
    return App(connector=connector)


def _declare(app: App, place: Workplace, jobs: Sequence[Job], timing: Timing) -> None:
    """Register the jobs, and the care for jobs whose process has died."""
    for job in jobs:
        _declare_job(app, place, job)

    @app.periodic(cron=timing.rescue_cron, periodic_id="retry_stalled")
    @app.task(name="retry_stalled", queueing_lock="retry_stalled", pass_context=True)
    async def retry_stalled(context: JobContext, timestamp: int) -> None:
        for stalled in await app.job_manager.get_stalled_jobs(
            seconds_since_heartbeat=timing.stalled_seconds
        ):
            if stalled.id == context.job.id:
                continue  # only the heartbeat of this process is late
            log.warning("job_stalled", job=stalled.task_name)
            await _give_to_others(app, stalled)
        await app.job_manager.delete_old_jobs(
            nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )


async def _give_to_others(app: App, stalled: QueuedJob) -> None:
    """Queue a job again whose process has died, unless its next run is queued already."""
    try:
        await app.job_manager.retry_job(stalled)
    except UniqueViolation:
        # The queued run finds the same work, and waits for this one to end.
        await app.job_manager.finish_job(stalled, Status.FAILED, delete_job=False)


def _declare_job(app: App, place: Workplace, job: Job) -> None:
    @app.periodic(
        cron=job.schedule.cron, periodic_id=job.name, queueing_lock=job.name, lock=job.name
    )
    @app.task(name=job.name)
    def perform(timestamp: int) -> None:
        run_now(place, job)


def run_now(place: Workplace, job: Job) -> int:
    """Run a job in this process, and log how it ended. Return how many rows it did.

    Raises what the job raises.
    """
    try:
        count = job.run(place, datetime.now(UTC))
    except Exception:
        log.exception("job_failed", job=job.name)
        raise
    if count:
        log.info("job_done", job=job.name, count=count)
    return count


async def work_until_stopped(place: Workplace) -> None:
    """Run the jobs and send webhooks until the process gets SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await work(place, stop)


async def work(
    place: Workplace, stop: asyncio.Event, jobs: Sequence[Job] = JOBS, timing: Timing = TIMING
) -> None:
    """Run the jobs and send webhooks until `stop` is set."""
    app = queue(place.database.url)
    _declare(app, place, jobs, timing)
    async with app.open_async():
        worker = asyncio.create_task(
            app.run_worker_async(
                name=ACTOR,
                concurrency=CONCURRENCY,
                install_signal_handlers=False,
                fetch_job_polling_interval=1.0,
                shutdown_graceful_timeout=10.0,
                update_heartbeat_interval=timing.heartbeat_seconds,
                stalled_worker_timeout=timing.stalled_seconds,
            )
        )
        sender = asyncio.create_task(Sender(place.database, place.sending).run(stop))
        ended = asyncio.create_task(stop.wait())
        await asyncio.wait({worker, sender, ended}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        place.stopping.set()
        worker.cancel()
        await asyncio.gather(worker, sender, return_exceptions=True)
        for task in (worker, sender):
            if task.done() and not task.cancelled() and (fault := task.exception()):
                raise fault
