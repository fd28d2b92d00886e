"""Developers → Jobs: what runs in the background, and how many webhooks are left to send."""

from starlette.responses import Response

from polaris.console.access import Visit, page
from polaris.console.rendering import render
from polaris.services.webhook_deliveries import jobs_overview

STATUSES = {"todo": "waiting", "doing": "running"}
"""The words of the page for those of the queue."""


async def show_jobs(visit: Visit) -> Response:
    """Show the latest run of each job."""
    return render(visit, "jobs.html", found=await jobs_overview(visit.caller), words_of=STATUSES)


ROUTES = [page("/developers/jobs", show_jobs)]
