"""Calls on deliveries of webhooks and on background jobs. Operators may send webhooks again."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BeforeValidator

from polaris.api.coercion import Closed, nullable, read_time
from polaris.core.commands.text import ID
from polaris.dialects.polaris.errors import AdminError
from polaris.dialects.polaris.requests.call import Reads, Writes
from polaris.dialects.polaris.requests.windows import Windowed, place_text, readable_place
from polaris.dialects.polaris.responses import outcomes
from polaris.dialects.polaris.responses import webhooks as shown
from polaris.engine import now
from polaris.services import webhook_deliveries
from polaris.store.read.webhooks import DeliveryFilter, DeliveryState

router = APIRouter(tags=["webhooks"])

Time = Annotated[datetime, BeforeValidator(read_time)]
MaybeTime = Annotated[datetime | None, BeforeValidator(nullable(read_time))]


class FailedSince(Closed):
    """A time; without a zone it is UTC."""

    since: Time


class Range(Closed):
    """From `since` until before `until`, or until now. Times without a zone are UTC."""

    since: Time
    until: MaybeTime = None


@router.get("/webhook-deliveries")
async def deliveries(
    call: Reads,
    window: Windowed,
    endpoint_id: Annotated[str | None, Query(description="Only those to this endpoint.")] = None,
    invoice_id: Annotated[str | None, Query(description="Only those about it.")] = None,
    state: Annotated[DeliveryState | None, Query(description="Only those in this state.")] = None,
) -> Response:
    """List deliveries, the newest first."""
    for name, value in (("endpoint_id", endpoint_id), ("invoice_id", invoice_id)):
        if value is not None and not ID.fullmatch(value):
            raise AdminError(422, f"The value of `{name}` cannot be read.", field=name)
    wanted = DeliveryFilter(endpoint_id, invoice_id, state)
    with readable_place():
        found = await webhook_deliveries.list_deliveries(call, wanted, window)
    rows = [shown.delivery(row) for row in found.rows]
    return outcomes.answer({"deliveries": rows, "next": place_text(found.after)})


@router.get("/webhook-deliveries/{delivery_id}")
async def delivery(call: Reads, delivery_id: str) -> Response:
    """Show a delivery with the body that is sent, and with every attempt."""
    found = await webhook_deliveries.find_delivery(call, delivery_id)
    return outcomes.answer(shown.whole_delivery(found))


@router.post("/webhook-deliveries/{delivery_id}/redeliver")
async def redeliver(call: Writes, delivery_id: str) -> Response:
    """Send a delivery again, with the same id and body, and the whole schedule of attempts."""
    await webhook_deliveries.redeliver(call, delivery_id, call.new_id())
    found = await webhook_deliveries.find_delivery(call, delivery_id)
    return outcomes.answer(shown.delivery(found.delivery))


@router.post("/webhook-endpoints/{endpoint_id}/redeliver-failed")
async def redeliver_failed(call: Writes, endpoint_id: str, body: FailedSince) -> Response:
    """Send all deliveries again that failed finally since a time."""
    count = await webhook_deliveries.redeliver_failed(call, endpoint_id, body.since, call.new_id())
    return outcomes.answer({"redelivered": count})


@router.post("/webhook-endpoints/{endpoint_id}/replay")
async def replay(call: Writes, endpoint_id: str, body: Range) -> Response:
    """Send all events of a range again, as far as the endpoint subscribes to them. Repeated
    webhooks keep their ids. `first` counts those that are sent for the first time."""
    until = body.until or now()
    done = await webhook_deliveries.replay_range(
        call, endpoint_id, body.since, until, call.new_id()
    )
    return outcomes.answer(done._asdict())


@router.get("/jobs")
async def jobs(call: Reads) -> Response:
    """Show the latest run of each background job of the server, and how many webhooks of the
    tenant are left to send."""
    found = await webhook_deliveries.jobs_overview(call)
    rows = [job._asdict() for job in found.jobs]
    return outcomes.answer({"jobs": rows, "webhooks": found.webhooks._asdict()})
