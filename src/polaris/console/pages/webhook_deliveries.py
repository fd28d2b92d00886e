"""Developers → Deliveries: webhooks on their way to endpoints, and sending them again."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from polaris.console.access import Visit, action, page, safe_path
from polaris.console.delivery_list import delivery_list
from polaris.console.pages.webhooks import HERE as ENDPOINTS
from polaris.console.pages.webhooks import endpoint_named, faults_of
from polaris.console.rendering import render
from polaris.delivery.endpoints import EndpointRefused
from polaris.services import webhook_deliveries
from polaris.services.webhook_deliveries import AlreadyWaiting
from polaris.store.read.invoices import numbers_of_invoices
from polaris.store.read.webhooks import EndpointState, UnknownDelivery, WholeDelivery

HERE = "/developers/deliveries"
NOT_A_DAY = "This is not a day. Type it like 2026-01-31."


async def listed(visit: Visit) -> Response:
    """Show the deliveries to all endpoints."""
    deliveries = await delivery_list(visit, HERE)
    return render(visit, "deliveries.html", block="list", **deliveries)


async def show_delivery(visit: Visit) -> Response:
    """Show a delivery with its body and its attempts."""
    return await _delivery(visit, await _delivery_named(visit))


async def _delivery_named(visit: Visit) -> WholeDelivery:
    delivery_id = visit.request.path_params["delivery"]
    try:
        return await webhook_deliveries.find_delivery(visit.caller, delivery_id)
    except UnknownDelivery as unknown:
        raise HTTPException(404) from unknown


async def _delivery(visit: Visit, whole: WholeDelivery, fault: str = "") -> Response:
    endpoint = await webhook_deliveries.endpoint_of(visit.caller, whole.delivery)
    headers = await webhook_deliveries.headers_of(visit.caller, whole, endpoint) if endpoint else {}
    invoices = {whole.delivery.invoice_id} if whole.delivery.invoice_id else set()
    return render(
        visit,
        "delivery.html",
        status=422 if fault else 200,
        whole=whole,
        delivery=whole.delivery,
        endpoint=endpoint,
        signed_headers=headers,
        status_text=webhook_deliveries.status_text,
        numbers=await visit.caller.read(numbers_of_invoices, invoices),
        fault=fault,
    )


async def redeliver(visit: Visit) -> Response:
    """Send a delivery again, and go back to the page from which it was asked for."""
    whole = await _delivery_named(visit)
    try:
        await webhook_deliveries.redeliver(visit.caller, whole.delivery.id, visit.request_id)
    except AlreadyWaiting:
        pass  # a form that was sent twice
    except EndpointRefused as refused:
        return await _delivery(visit, whole, str(refused))
    back = visit.text("next")
    return RedirectResponse(safe_path(back) if back else f"{HERE}/{whole.delivery.id}", 303)


# ---------------------------------------------------------------- many at once


class Days(NamedTuple):
    """A range of days as it was typed, and as times: from `since` until before `until`."""

    first: str = ""
    last: str = ""
    since: datetime | None = None
    until: datetime | None = None
    faults: Mapping[str, str] = MappingProxyType({})


async def ask_again(visit: Visit) -> Response:
    """Show the forms that send many webhooks again."""
    query = visit.request.query_params
    first, last = query.get("from", "").strip(), query.get("to", "").strip()
    days = _days(visit, first, last) if first or last else Days()
    return await _again(visit, await endpoint_named(visit), days)


async def _again(
    visit: Visit, endpoint: EndpointState, days: Days, faults: Mapping[str, str] | None = None
) -> Response:
    whole = days.since is not None and days.until is not None and not days.faults
    count = 0
    if whole and days.since and days.until:
        count = await webhook_deliveries.events_in_range(visit.caller, days.since, days.until)
    wrong = {**days.faults, **(faults or {})}
    return render(
        visit,
        "webhook_again.html",
        status=422 if faults else 200,
        endpoint=endpoint,
        days=days,
        count=count if whole else None,
        faults=wrong,
        failed_since=visit.text("since") or str(visit.today - timedelta(days=7)),
    )


async def redeliver_failed(visit: Visit) -> Response:
    """Send what failed since a day again."""
    endpoint, day = await endpoint_named(visit), _day_typed(visit.text("since"))
    if day is None:
        return await _again(visit, endpoint, Days(), {"since": NOT_A_DAY})
    count = await webhook_deliveries.redeliver_failed(
        visit.caller, endpoint.id, _begin(visit, day), visit.request_id
    )
    return RedirectResponse(f"{ENDPOINTS}/{endpoint.id}?done=again&count={count}", 303)


async def replay(visit: Visit) -> Response:
    """Send all events of a range of days again."""
    endpoint = await endpoint_named(visit)
    days = _days(visit, visit.text("from"), visit.text("to"))
    if days.since is None or days.until is None or days.faults:
        return await _again(visit, endpoint, days, days.faults)
    named = (endpoint.id, days.since, days.until, visit.request_id)
    try:
        done = await webhook_deliveries.replay_range(visit.caller, *named)
    except EndpointRefused as refused:
        return await _again(visit, endpoint, days, faults_of(refused))
    count = done.again + done.first
    return RedirectResponse(f"{ENDPOINTS}/{endpoint.id}?done=first&count={count}", 303)


def _days(visit: Visit, first: str, last: str) -> Days:
    """Return the range from the first day to the end of the last, in the tenant's time zone."""
    days = (_day_typed(first), _day_typed(last))
    faults = {name: NOT_A_DAY for name, day in zip(("from", "to"), days, strict=True) if not day}
    since = _begin(visit, days[0]) if days[0] else None
    until = _begin(visit, days[1] + timedelta(days=1)) if days[1] else None
    if days[0] and days[1] and days[1] < days[0]:
        faults["to"] = "The last day is before the first."
    return Days(first, last, since, until, faults)


def _day_typed(text: str) -> date | None:
    """Return a day from 1900 to 9000, or None for another text."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 9000 else None


def _begin(visit: Visit, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(visit.tenant.timezone))


OF_ENDPOINT = f"{ENDPOINTS}/{{endpoint}}/again"
ROUTES = [
    page(HERE, listed),
    page(f"{HERE}/{{delivery}}", show_delivery),
    action(f"{HERE}/{{delivery}}/redeliver", redeliver),
    page(OF_ENDPOINT, ask_again),
    action(f"{OF_ENDPOINT}/failed", redeliver_failed),
    action(f"{OF_ENDPOINT}/range", replay),
]
