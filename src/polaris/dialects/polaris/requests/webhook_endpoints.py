"""Calls on webhook endpoints. Who changes one needs the role `admin`."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from polaris.api.coercion import Closed
from polaris.api.text import Text
from polaris.delivery.endpoints import EndpointRefused
from polaris.dialects.polaris.requests.call import Administers, Reads
from polaris.dialects.polaris.responses import outcomes
from polaris.dialects.polaris.responses import webhooks as shown
from polaris.services import webhooks
from polaris.services.webhooks import LONGEST_OVERLAP_HOURS, NewEndpoint

router = APIRouter(tags=["webhooks"])

OVERLAP_HOURS = 24.0


class EndpointBody(Closed):
    """A new endpoint. Without `event_types` it gets the webhooks of all types."""

    url: Text
    dialect: Text = "standard"
    event_types: list[Text] | None = None
    name: Text | None = None
    signature: Text | None = Field(None, description="`jwt`, `hmac`, ...: one of the dialect's.")


class EndpointChanges(Closed):
    """The fields that change. `null` in `event_types` means all types."""

    url: Text | None = None
    event_types: list[Text] | None = None
    name: Text | None = None


class RotationBody(Closed):
    """How many hours the older keys stay valid, too."""

    overlap_hours: Annotated[float, Field(strict=True, ge=0, le=LONGEST_OVERLAP_HOURS)] = (
        OVERLAP_HOURS
    )


class SampleBody(Closed):
    """The type of the sample; without it, that of a voided invoice."""

    type: Text | None = None


@router.get("/webhook-endpoints")
async def endpoints(call: Reads) -> Response:
    """List the webhook endpoints with their health, the newest first."""
    rows = await webhooks.list_endpoints(call)
    return outcomes.answer({"endpoints": [shown.endpoint(row) for row in rows]})


@router.post("/webhook-endpoints")
async def add(call: Administers, body: EndpointBody) -> Response:
    """Add a webhook endpoint. The answer has what a receiver needs to verify webhooks: `secret`,
    or `public_key`. No other call shows the secret again."""
    call.keep_no_answer()
    wanted = NewEndpoint(body.url, body.dialect, body.event_types, body.name, body.signature)
    added = await webhooks.add_endpoint(call, wanted)
    return outcomes.answer({"endpoint": shown.endpoint(added.endpoint), **shown.keys(added.keys)})


@router.get("/webhook-endpoints/{endpoint_id}")
async def endpoint(call: Reads, endpoint_id: str) -> Response:
    """Show a webhook endpoint with its health."""
    return outcomes.answer(shown.endpoint(await webhooks.find_endpoint(call, endpoint_id)))


@router.patch("/webhook-endpoints/{endpoint_id}")
async def change(call: Administers, endpoint_id: str, body: EndpointChanges) -> Response:
    """Change the given fields of a webhook endpoint."""
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    if "url" in changes and changes["url"] is None:
        raise EndpointRefused("url", "An endpoint needs a URL.")
    if "event_types" in changes:
        changes["event_types"] = tuple(changes["event_types"] or ())
    return outcomes.answer(
        shown.endpoint(await webhooks.change_endpoint(call, endpoint_id, **changes))
    )


@router.delete("/webhook-endpoints/{endpoint_id}")
async def delete(call: Administers, endpoint_id: str) -> Response:
    """Delete a webhook endpoint; the answer shows it one last time. What waits is not sent."""
    return outcomes.answer(shown.endpoint(await webhooks.delete_endpoint(call, endpoint_id)))


@router.post("/webhook-endpoints/{endpoint_id}/pause")
async def pause(call: Administers, endpoint_id: str) -> Response:
    """Pause a webhook endpoint. Its webhooks wait until it is resumed."""
    return outcomes.answer(shown.endpoint(await webhooks.pause_endpoint(call, endpoint_id)))


@router.post("/webhook-endpoints/{endpoint_id}/resume")
async def resume(call: Administers, endpoint_id: str) -> Response:
    """Resume a paused webhook endpoint. The webhooks that waited are sent."""
    return outcomes.answer(shown.endpoint(await webhooks.resume_endpoint(call, endpoint_id)))


@router.post("/webhook-endpoints/{endpoint_id}/rotate")
async def rotate(call: Administers, endpoint_id: str, body: RotationBody | None = None) -> Response:
    """Give a webhook endpoint new keys; the answer shows them. The older ones stay valid for
    `overlap_hours`."""
    call.keep_no_answer()
    hours = (body or RotationBody()).overlap_hours
    rotated = await webhooks.rotate_keys(call, endpoint_id, hours, call.new_id())
    return outcomes.answer(
        {"endpoint_id": endpoint_id, "overlap_hours": hours, **shown.keys(rotated.keys)}
    )


@router.post("/webhook-endpoints/{endpoint_id}/test")
async def send_test(
    call: Administers, endpoint_id: str, body: SampleBody | None = None
) -> Response:
    """Send a sample webhook. Its ids belong to nothing."""
    type_ = (body or SampleBody()).type
    delivery_id = await webhooks.send_test(call, endpoint_id, type_, call.new_id())
    return outcomes.answer({"delivery_id": delivery_id})
