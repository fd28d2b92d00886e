"""The table of background jobs."""

from rich.console import Group, RenderableType
from rich.text import Text

from polaris.cli.delivery_tables import moment
from polaris.cli.tables import columns, pairs
from polaris.jobs.listing import ListedJobs

COUNTED = ("Failed",)


def jobs(states: ListedJobs) -> RenderableType:
    """Return the background jobs, and what is left to send. Names and times are not broken."""
    table = columns("Job", "Runs", "Last run", "Next run (UTC)", *COUNTED, right=COUNTED)
    for job in states.jobs:
        said = Text(job.name).append(f"\n{job.purpose}\n", style="dim")
        last = f"{moment(job.ran_at)}\n{job.status}" if job.ran_at else job.status
        failed = str(job.failed)
        table.add_row(said, job.schedule, last, moment(job.next_run_at), failed)
    webhooks = states.webhooks
    left = {
        "Webhooks that wait": f"{webhooks.waiting} ({webhooks.retrying} after a failure)",
        "Webhooks that failed": str(webhooks.failed),
    }
    return Group(table, pairs(left))
