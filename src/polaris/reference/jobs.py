"""The page about background jobs."""

from polaris.jobs.table import JOBS
from polaris.reference.markdown import page, table

ABOUT = """\
`polaris serve` starts a worker that runs these jobs, and so does
[`polaris worker`](cli.md#polaris-worker). Several workers share them. A job finds its work by
state: what it misses or leaves, the next run finds. The minutes are those of UTC.
[`polaris jobs`](cli.md#polaris-jobs) shows how each ended, and `polaris jobs run NAME` runs one
now.

Beside the jobs, a worker sends webhooks and seals the audit log.
"""


def jobs() -> str:
    """Return the page about the periodic jobs."""
    rows = [(f"`{job.name}`", job.schedule.words, job.purpose) for job in JOBS]
    return page("Jobs", "jobs/table.py", ABOUT, table(("Job", "Runs", "What it does"), *rows))
