"""`polaris jobs` shows and runs jobs; a worker works alone, or beside a server."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from cli.terminal import ENVIRONMENT, POLARIS, Serving, polaris
from faults.world import customers, done, opened, scalar, tenant
from polaris.core.commands import IssueInvoice
from polaris.core.commands.values import NewLine
from polaris.engine import Engine, new_id
from polaris.jobs.table import JOBS
from polaris.store.server.database import Database

UNSEALED = "select count(*) from audit a where not exists (select from seal s where"
UNSEALED += " s.tenant_id = a.tenant_id and s.audit_id = a.id)"
QUEUED = "select count(*) from jobs.procrastinate_jobs"


@pytest.fixture
def database(own_database_url: str) -> Iterator[Database]:
    with opened(own_database_url) as database:
        yield database


def overdue_invoice(database: Database) -> None:
    """Issue an invoice that was due two days ago."""
    engine, tenant_id = Engine(database, connections=1), tenant(database)
    [customer_id] = customers(engine, tenant_id, 1)
    command = IssueInvoice(
        invoice_id=new_id(),
        customer_id=customer_id,
        currency="EUR",
        lines=(NewLine(description="Service", amount_minor=1000),),
        issue_date=(datetime.now(UTC) - timedelta(days=2)).date(),
    )
    done(engine, tenant_id, [command])


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds. It fails after a long time."""
    give_up = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.1)


@contextmanager
def worker(url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `polaris worker` until the end of the block."""
    command = [str(POLARIS), "worker", "--database-url", url]
    with subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.DEVNULL) as program:
        try:
            yield program
        finally:
            program.kill()


def test_every_job_is_shown_also_if_it_has_never_run(database: Database) -> None:
    listed = polaris("jobs", "--json", "--database-url", database.url).json
    assert [job["name"] for job in listed["jobs"]] == [job.name for job in JOBS]
    assert {job["status"] for job in listed["jobs"]} == {"never"}
    [marking] = [job for job in listed["jobs"] if job["name"] == "mark_overdue"]
    assert (marking["schedule"], marking["ran_at"], marking["failed"]) == (
        "every 15 minutes",
        None,
        0,
    )
    assert datetime.fromisoformat(marking["next_run_at"]).minute % 15 == 2
    assert listed["webhooks"] == {"waiting": 0, "retrying": 0, "failed": 0}
    shown = polaris("jobs", "--database-url", database.url).out
    assert all(job.name in shown for job in JOBS)
    assert "every 15" in shown
    assert "never" in shown


def test_a_job_is_run_without_a_worker(database: Database) -> None:
    overdue_invoice(database)
    run = ("jobs", "run", "mark_overdue", "--database-url", database.url)
    assert polaris(*run, "--json").json == {"job": "mark_overdue", "count": 1}
    assert polaris(*run).out == "The job mark_overdue has done 0 rows.\n"
    assert scalar(database, "select count(*) from event where kind = 'invoice.overdue'") == 1


def test_a_job_that_does_not_exist_is_refused(database: Database) -> None:
    ended = polaris("jobs", "run", "nothing", "--json", "--database-url", database.url)
    assert ended.code == 1
    assert "No job nothing. The jobs are send_refunds," in ended.out + ended.err


def test_options_before_the_name_of_the_job_are_refused(database: Database) -> None:
    """They would be ignored, and the job would run on another database."""
    ended = polaris("jobs", "--database-url", database.url, "run", "mark_overdue")
    assert ended.code == 2
    assert "Put the options after the name of the job." in ended.err


def test_a_worker_alone_runs_jobs_and_seals_the_audit_log(database: Database) -> None:
    overdue_invoice(database)
    assert scalar(database, UNSEALED) == 2
    with worker(database.url) as program:
        wait_until(lambda: not scalar(database, UNSEALED))
        ran = "select count(*) from jobs.procrastinate_jobs where status = 'succeeded'"
        wait_until(lambda: scalar(database, ran) > 0)
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=60) == 0
    listed = polaris("jobs", "--json", "--database-url", database.url).json
    assert any(job["status"] == "succeeded" and job["ran_at"] for job in listed["jobs"])


def test_a_server_without_jobs_runs_none(own_database_url: str) -> None:
    with (
        Serving("serve", "--no-jobs", "--database-url", own_database_url) as serving,
        opened(own_database_url) as database,
    ):
        overdue_invoice(database)
        wait_until(lambda: not scalar(database, UNSEALED))
        assert json.loads(serving.get("/healthz")[1]) == {"alive": True}
        assert scalar(database, "select count(*) from jobs.procrastinate_workers") == 0
        assert scalar(database, QUEUED) == 0


def test_a_server_runs_a_worker_beside_it(own_database_url: str) -> None:
    with Serving("serve", "--database-url", own_database_url) as serving:
        with opened(own_database_url) as database:
            wait_until(lambda: scalar(database, QUEUED) > 0)
        assert serving.stop() == 0
