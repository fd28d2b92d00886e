"""Developers → Webhooks: the endpoints, the forms that change them, and their keys."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from polaris.console.access import CommandRefused, Visit, action, page
from polaris.console.delivery_list import delivery_list
from polaris.console.rendering import render
from polaris.console.webhook_form import EndpointForm, type_groups
from polaris.core.refusals import Refusal
from polaris.delivery.dialect import WebhookDialect
from polaris.delivery.endpoint_keys import ReceiverKeys
from polaris.delivery.endpoints import EndpointRefused
from polaris.encryption import NoEncryptionKey, WrongEncryptionKey
from polaris.operators.roles import Role
from polaris.services import webhooks
from polaris.services.webhooks import NewEndpoint
from polaris.store.read.webhooks import EndpointState, UnknownEndpoint

HERE = "/developers/webhooks"
OVERLAP_HOURS = 24.0
DONE = {
    "saved": "The endpoint is changed.",
    "paused": "The endpoint is paused. Its webhooks wait.",
    "resumed": "The endpoint is resumed. The webhooks that waited are sent.",
    "deleted": "The endpoint is deleted.",
    "again": "Webhooks to be sent again: {count}.",
    "first": "Webhooks to be sent: {count}.",
}
"""What a page says after a form was done, by the word in its address."""


def done_text(visit: Visit) -> str:
    """Return what the page says about the form that was just done; empty if there was none."""
    query = visit.request.query_params
    count = query.get("count", "")
    sentence = DONE.get(query.get("done", ""), "")
    return sentence.format(count=count if count.isdecimal() and len(count) < 10 else "")


async def endpoint_named(visit: Visit) -> EndpointState:
    """Return the endpoint in the path. Raises HTTPException 404."""
    try:
        return await webhooks.find_endpoint(visit.caller, visit.request.path_params["endpoint"])
    except UnknownEndpoint as unknown:
        raise HTTPException(404) from unknown


def faults_of(error: Exception) -> dict[str, str]:
    """Return what is wrong with a form, by the name of the field; an empty name for the whole."""
    if isinstance(error, CommandRefused):
        return {_field(one): f"{one.sentence} {one.instead}" for one in error.refusals}
    if isinstance(error, EndpointRefused):
        return {error.field: str(error)}
    return {"": str(error)}


def _field(refusal: Refusal) -> str:
    field = str(refusal.details.get("field") or "")
    return field if field in ("url", "name", "signature", "event_types") else ""


REFUSED = (CommandRefused, EndpointRefused, NoEncryptionKey, WrongEncryptionKey)
"""What the services raise if a form cannot be done."""


# ---------------------------------------------------------------- the list, and one endpoint


async def listed(visit: Visit) -> Response:
    """Show the endpoints with their health."""
    found = await webhooks.list_endpoints(visit.caller)
    return render(visit, "webhooks.html", endpoints=found, done=done_text(visit))


async def show_endpoint(visit: Visit) -> Response:
    """Show an endpoint with its deliveries."""
    found = await endpoint_named(visit)
    return await _endpoint(visit, found)


async def _endpoint(visit: Visit, found: EndpointState, fault: str = "") -> Response:
    deliveries = await delivery_list(visit, f"{HERE}/{found.id}", found.id)
    return render(
        visit,
        "webhook.html",
        block="list",
        status=422 if fault else 200,
        endpoint=found,
        fault=fault,
        done=done_text(visit),
        **deliveries,
    )


# ---------------------------------------------------------------- add and change


async def new_endpoint(visit: Visit) -> Response:
    """Show the form of a new endpoint."""
    return _form(visit, EndpointForm())


async def add(visit: Visit) -> Response:
    """Add an endpoint, and show its keys this one time."""
    form = EndpointForm.sent(visit.form)
    dialect = _dialect(visit)
    wanted = NewEndpoint(
        form.url, dialect.name, form.chosen_types, form.name or None, form.signature or None
    )
    try:
        if form.faults:
            return _form(visit, form, form.faults)
        added = await webhooks.add_endpoint(visit.caller, wanted)
    except REFUSED as refused:
        return _form(visit, form, faults_of(refused))
    if added.repeated:
        return render(visit, "webhook_keys.html", status=409, endpoint=added.endpoint, keys=None)
    return _keys(visit, added.endpoint, added.keys, None)


def _keys(
    visit: Visit, endpoint: EndpointState, keys: ReceiverKeys, overlap_hours: float | None
) -> Response:
    """Return the page with the keys. `overlap_hours` is there after a rotation."""
    values: dict[str, Any] = {"endpoint": endpoint, "keys": keys, "overlap_hours": overlap_hours}
    return render(visit, "webhook_keys.html", status=201, **values)


async def edit(visit: Visit) -> Response:
    """Show the form of an existing endpoint."""
    found = await endpoint_named(visit)
    return _form(visit, EndpointForm.of(found), endpoint=found)


async def save(visit: Visit) -> Response:
    """Change the name and the types of an endpoint."""
    found, form = await endpoint_named(visit), EndpointForm.sent(visit.form)
    try:
        if form.faults:
            return _form(visit, form, form.faults, found)
        await webhooks.change_endpoint(
            visit.caller, found.id, name=form.name or None, event_types=form.chosen_types
        )
    except REFUSED as refused:
        return _form(visit, form, faults_of(refused), found)
    return RedirectResponse(f"{HERE}/{found.id}?done=saved", 303)


def _form(
    visit: Visit,
    form: EndpointForm,
    faults: dict[str, str] | None = None,
    endpoint: EndpointState | None = None,
) -> Response:
    dialects = visit.caller.engine.sending.dialects
    dialect = webhooks.dialect_of(visit.caller, endpoint) if endpoint else _dialect(visit)
    return render(
        visit,
        "webhook_form.html",
        status=422 if faults else 200,
        form=form,
        faults=faults or {},
        endpoint=endpoint,
        dialects=list(dialects),
        dialect=dialect,
        groups=type_groups(dialect, form.types),
    )


def _dialect(visit: Visit) -> WebhookDialect:
    """Return the chosen dialect; without a choice, or with an unknown one, the first."""
    dialects = visit.caller.engine.sending.dialects
    chosen = visit.text("dialect") or visit.request.query_params.get("dialect", "")
    return dialects.get(chosen) or next(iter(dialects.values()))


# ---------------------------------------------------------------- pause, test, delete


async def pause(visit: Visit) -> Response:
    """Pause an endpoint."""
    found = await endpoint_named(visit)
    try:
        await webhooks.pause_endpoint(visit.caller, found.id)
    except REFUSED as refused:
        return await _endpoint(visit, found, " ".join(faults_of(refused).values()))
    return RedirectResponse(f"{HERE}/{found.id}?done=paused", 303)


async def resume(visit: Visit) -> Response:
    """Resume a paused endpoint."""
    found = await endpoint_named(visit)
    try:
        await webhooks.resume_endpoint(visit.caller, found.id)
    except REFUSED as refused:
        return await _endpoint(visit, found, " ".join(faults_of(refused).values()))
    return RedirectResponse(f"{HERE}/{found.id}?done=resumed", 303)


async def send_test(visit: Visit) -> Response:
    """Send a sample, and show its delivery."""
    found = await endpoint_named(visit)
    try:
        sent = await webhooks.send_test(visit.caller, found.id, None, visit.request_id)
    except REFUSED as refused:
        return await _endpoint(visit, found, " ".join(faults_of(refused).values()))
    return RedirectResponse(f"/developers/deliveries/{sent}", 303)


async def confirm_deleting(visit: Visit) -> Response:
    """Ask whether the endpoint shall be deleted."""
    found = await endpoint_named(visit)
    return render(visit, "webhook_delete.html", block="form", endpoint=found)


async def delete(visit: Visit) -> Response:
    """Delete an endpoint."""
    await webhooks.delete_endpoint(visit.caller, (await endpoint_named(visit)).id)
    return RedirectResponse(f"{HERE}?done=deleted", 303)


# ---------------------------------------------------------------- keys


async def confirm_rotating(visit: Visit) -> Response:
    """Ask how long the older keys stay valid."""
    return _rotation(visit, await endpoint_named(visit))


def _rotation(visit: Visit, found: EndpointState, faults: dict[str, str] | None = None) -> Response:
    return render(
        visit,
        "webhook_rotate.html",
        block="form",
        status=422 if faults else 200,
        endpoint=found,
        dialect=webhooks.dialect_of(visit.caller, found),
        hours=visit.text("overlap_hours") or f"{OVERLAP_HOURS:g}",
        faults=faults or {},
    )


async def rotate(visit: Visit) -> Response:
    """Give an endpoint new keys, and show them this one time."""
    found, typed = await endpoint_named(visit), visit.text("overlap_hours")
    if not typed.isdecimal() or len(typed) > 4:
        return _rotation(visit, found, {"overlap_hours": "Type a whole number of hours."})
    named = (found.id, float(typed), visit.request_id)
    try:
        rotated = await webhooks.rotate_keys(visit.caller, *named)
    except REFUSED as refused:
        return _rotation(visit, found, faults_of(refused))
    return _keys(visit, found, rotated.keys, rotated.overlap_hours)


ONE = f"{HERE}/{{endpoint}}"
ROUTES = [
    page(HERE, listed),
    page(f"{HERE}/new", new_endpoint, Role.ADMIN),
    action(HERE, add, Role.ADMIN),
    page(ONE, show_endpoint),
    page(f"{ONE}/edit", edit, Role.ADMIN),
    action(f"{ONE}/edit", save, Role.ADMIN),
    action(f"{ONE}/pause", pause, Role.ADMIN),
    action(f"{ONE}/resume", resume, Role.ADMIN),
    action(f"{ONE}/test", send_test, Role.ADMIN),
    page(f"{ONE}/rotate", confirm_rotating, Role.ADMIN),
    action(f"{ONE}/rotate", rotate, Role.ADMIN),
    page(f"{ONE}/delete", confirm_deleting, Role.ADMIN),
    action(f"{ONE}/delete", delete, Role.ADMIN),
]
