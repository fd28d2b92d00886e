"""Every periodic job as it is shown, also one that has never run."""

from datetime import datetime
from typing import NamedTuple

from polaris.jobs.table import JOBS
from polaris.store.read.jobs import JobState, WebhookCounts, job_states, webhook_counts
from polaris.store.read.rows import Connection

NEVER = "never"


class ListedJob(NamedTuple):
    """A periodic job and its latest run. Times are UTC."""

    name: str
    purpose: str
    schedule: str  # in words
    status: str  # never, todo, doing, succeeded, failed, cancelled or aborted
    attempts: int
    at: datetime | None  # when it got this status
    ran_at: datetime | None  # when it last began to run, within the last day
    next_run_at: datetime
    failed: int  # how many runs failed within the last day


class ListedJobs(NamedTuple):
    """All background work."""

    jobs: list[ListedJob]
    webhooks: WebhookCounts


def listed_jobs(connection: Connection, at: datetime) -> ListedJobs:
    """Return all jobs in the order of their table, and what is left to send."""
    states = {state.name: state for state in job_states(connection)}
    unknown = JobState("", NEVER, 0, None, None, 0)
    jobs = []
    for job in JOBS:
        state = states.get(job.name, unknown)
        jobs.append(
            ListedJob(
                name=job.name,
                purpose=job.purpose,
                schedule=job.schedule.words,
                status=state.status,
                attempts=state.attempts,
                at=state.at,
                ran_at=state.ran_at,
                next_run_at=job.schedule.next_after(at),
                failed=state.failed,
            )
        )
    return ListedJobs(jobs, webhook_counts(connection))
