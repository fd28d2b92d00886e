"""Background work: what runs when, and the queue that wakes it up.

A job finds its work by state, in sets, so nothing is lost if it is skipped or ends in the middle;
the queue (procrastinate, in PostgreSQL) only decides which process runs it, and remembers how it
ended. Webhooks are sent by a loop beside the queue, because one webhook is too small for a job.
"""

import asyncio
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import structlog
from procrastinate import App, PsycopgConnector

from polaris.core.commands import PauseWebhookEndpoint
from polaris.delivery.sender import Sender, Sending
from polaris.encryption import configured_encryption
from polaris.engine import Engine, request
from polaris.payments.work import work_with_providers
from polaris.settings import Settings
from polaris.store.read import tenants
from polaris.store.server.database import Database
from polaris.store.webhooks import run

log = structlog.get_logger()

ACTOR = "polaris"
"""The name of background work in the audit log."""

KEPT_HOURS = 24
"""How long jobs that have ended are kept to be looked at."""

CONCURRENCY = 4
"""How many jobs a process runs at the same time."""


class Workplace(NamedTuple):
    """What jobs work with."""

    database: Database
    engine: Engine
    settings: Settings
    sending: Sending


class Job(NamedTuple):
    """A periodic job. `schedule` is a cron line in UTC; a sixth field is seconds."""

    name: str
    schedule: str
    run: Callable[[Workplace], None]
    purpose: str


def pause_failing_endpoints(place: Workplace) -> None:
    """Pause endpoints that fail for too long, and those that want no more webhooks."""
    since = datetime.now(UTC) - timedelta(hours=place.settings.webhooks_pause_after_hours)
    with place.database.connect() as connection:
        connection.autocommit = True
        for tenant in tenants.tenants(connection):
            found = run(connection, "endpoints_to_pause", t=tenant.id, since=since).fetchall()
            requests = [
                request(
                    PauseWebhookEndpoint(
                        webhook_endpoint_id=str(id_), reason="gone" if gone else "failing"
                    ),
                    actor=ACTOR,
                    administrator=True,
                )
                for id_, gone in found
            ]
            place.engine.perform(tenant.id, requests)


def send_refunds(place: Workplace) -> None:
    """Send refunds to the payment providers, and find out what became of earlier ones."""
    encryption = configured_encryption(place.settings)
    work_with_providers(place.database, place.engine, encryption)


JOBS = (
    Job(
        "send_refunds",
        "* * * * * */5",
        send_refunds,
        "Sends refunds to the payment providers, and asks what became of them.",
    ),
    Job(
        "pause_failing_endpoints",
        "* * * * *",
        pause_failing_endpoints,
        "Pauses webhook endpoints that fail for too long.",
    ),
)
"""Every periodic job."""


def queue(url: str) -> App:
    """Return the queue of a database. The caller opens it."""
    connector = PsycopgConnector(
        conninfo=url,
        kwargs={"options": "-c search_path=jobs", "application_name": "polaris jobs"},
        min_size=1,
        max_size=CONCURRENCY + 2,
    )
    return App(connector=connector)


def _declare(app: App, place: Workplace) -> None:
    """Register the jobs, and the care for jobs whose process has ended."""
    for job in JOBS:
        _declare_job(app, place, job)

    @app.periodic(cron="* * * * *", periodic_id="retry_stalled")
    @app.task(name="retry_stalled", queueing_lock="retry_stalled", pass_context=True)
    async def retry_stalled(context: object, timestamp: int) -> None:
        for stalled in await app.job_manager.get_stalled_jobs():
            await app.job_manager.retry_job(stalled)
        await app.job_manager.delete_old_jobs(
            nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )


def _declare_job(app: App, place: Workplace, job: Job) -> None:
    @app.periodic(cron=job.schedule, periodic_id=job.name, queueing_lock=job.name, lock=job.name)
    @app.task(name=job.name)
    def perform(timestamp: int) -> None:
        job.run(place)


async def work_until_stopped(place: Workplace) -> None:
    """Run the jobs and send webhooks until the process gets SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await work(place, stop)


async def work(place: Workplace, stop: asyncio.Event) -> None:
    """Run the jobs and send webhooks until `stop` is set."""
    app = queue(place.database.url)
    _declare(app, place)
    async with app.open_async():
        worker = asyncio.create_task(
            app.run_worker_async(
                name=ACTOR,
                concurrency=CONCURRENCY,
                install_signal_handlers=False,
                fetch_job_polling_interval=1.0,
                shutdown_graceful_timeout=10.0,
            )
        )
        sender = asyncio.create_task(Sender(place.database, place.sending).run(stop))
        ended = asyncio.create_task(stop.wait())
        await asyncio.wait({worker, sender, ended}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        worker.cancel()
        await asyncio.gather(worker, sender, return_exceptions=True)
        for task in (worker, sender):
            if task.done() and not task.cancelled() and (fault := task.exception()):
                raise fault
