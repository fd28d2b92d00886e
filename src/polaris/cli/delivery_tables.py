"""Tables of webhook endpoints, deliveries and attempts."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from polaris.cli.tables import columns, pairs
from polaris.store.read.webhooks import EndpointState, ListedDelivery, WholeDelivery


def moment(at: datetime | None) -> str:
    """Return a time to the second, UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""


def endpoints(found: Iterable[EndpointState]) -> Text:
    """Return endpoints, each as a block of lines: their URLs are too long for a table."""
    return Text("\n\n").join(map(endpoint, found))


def endpoint(row: EndpointState) -> Text:
    """Return an endpoint with its health."""
    named = {
        "Endpoint": row.id,
        "URL": row.url,
        "Dialect": row.dialect,
        "Types": ", ".join(row.event_types) if row.event_types else "all",
        "State": endpoint_status(row),
        "Deliveries": f"{row.waiting} waiting, {row.failed} failed",
    }
    return pairs({"Name": row.name, **named} if row.name else named)


def endpoint_status(row: EndpointState) -> str:
    """Return in a few words whether webhooks arrive at an endpoint."""
    if row.paused_reason:
        return f"paused ({row.paused_reason})"
    if row.failing_since:
        return f"failing since {moment(row.failing_since)}"
    return "active"


def deliveries(rows: Iterable[ListedDelivery]) -> Table:
    """Return a table of deliveries, one per row."""
    table = columns("Delivery", "Type", "State", "Tries", right=("Tries",))
    table.columns[0].no_wrap = True
    for row in rows:
        table.add_row(row.id, row.type, row.state, str(row.attempts))
    return table


def delivery(whole: WholeDelivery) -> RenderableType:
    """Return a delivery with its body and its attempts."""
    row = whole.delivery
    named = {
        "Delivery": row.id,
        "Webhook": row.webhook_id,
        "Type": row.type,
        "Endpoint": f"{row.url} ({row.dialect})",
        "Event": row.event_id or "none: a sample",
        "State": row.state,
        "Next attempt": f"{moment(row.due_at)} (UTC)" if row.state == "waiting" else "none",
        "Body": whole.body or whole.fault or "",
    }
    table = columns("Attempt", "Started (UTC)", "Duration", "Answer", right=("Attempt", "Duration"))
    for one in whole.attempts:
        answer = str(one.status) if one.status else one.error or ""
        table.add_row(str(one.number), moment(one.started_at), f"{one.duration_ms} ms", answer)
    return Group(pairs(named), "", table) if whole.attempts else pairs(named)


def keys(endpoint_id: str, secret: str | None, public: Mapping[str, str | None]) -> Text:
    """Return what a receiver needs to verify webhooks."""
    named = {"Endpoint": endpoint_id}
    if secret:
        named["Secret"] = secret
    shown = {f"Public key ({kind})": f"\n{key}" for kind, key in public.items()}
    return pairs({**named, **shown})
