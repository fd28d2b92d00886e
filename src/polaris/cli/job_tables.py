"""The background jobs, as `polaris jobs` shows them."""

from rich.console import Group, RenderableType
from rich.text import Text

from polaris.cli.delivery_tables import moment
from polaris.cli.tables import pairs
from polaris.jobs.listing import ListedJob, ListedJobs


def jobs(states: ListedJobs) -> RenderableType:
    """Return the background jobs, and what is left to send."""
    webhooks = states.webhooks
    left = {
        "Webhooks that wait": f"{webhooks.waiting} ({webhooks.retrying} after a failure)",
        "Webhooks that failed": str(webhooks.failed),
    }
    return Group(Text("\n\n").join(map(job, states.jobs)), "", pairs(left))


def job(row: ListedJob) -> Text:
    """Return a job with its purpose, as a block of lines: these are too long for a table."""
    last = f"{moment(row.ran_at)} (UTC), " if row.ran_at else ""
    return pairs(
        {
            "Job": row.name,
            "Purpose": row.purpose,
            "Runs": row.schedule,
            "Last run": f"{last}{row.status}",
            "Next run": f"{moment(row.next_run_at)} (UTC)",
            "Failed": f"{row.failed} within a day",
        }
    )
