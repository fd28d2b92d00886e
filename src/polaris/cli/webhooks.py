"""`polaris webhook`: deliveries, replays, and a receiver for integrators."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from polaris.cli import delivery_tables, listening, webhook_endpoints
from polaris.cli.answer import Stopped, document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId
from polaris.cli.session import Session, open_session
from polaris.cli.webhook_endpoints import Named as EndpointNamed
from polaris.cli.webhook_endpoints import action_on, dialects
from polaris.delivery.replay import redeliver, redeliver_failed, replay
from polaris.services.recorded_actions import perform_once
from polaris.store.engine.write import write
from polaris.store.read.keyset import From, Window
from polaris.store.read.webhooks import (
    DeliveryFilter,
    DeliveryState,
    UnknownDelivery,
    WholeDelivery,
    deliveries,
    delivery,
)

group = typer.Typer(help="Send webhooks to endpoints, look at deliveries, and send them again.")
group.command()(listening.listen)
delivered = typer.Typer(help="List and show deliveries, and send them again.")
group.add_typer(webhook_endpoints.group, name="endpoint", no_args_is_help=True)
group.add_typer(delivered, name="delivery", no_args_is_help=True)

FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]
Since = Annotated[
    datetime,
    typer.Option(formats=FORMATS, metavar="TIME", help="From this time on; UTC without a zone."),
]
Until = Annotated[
    datetime | None,
    typer.Option(formats=FORMATS, metavar="TIME", help="Before this time. Default: now."),
]


@delivered.command("list")
def list_(
    tenant: TenantId = None,
    endpoint: Annotated[
        str | None, typer.Option(metavar="ID", help="Only those to this endpoint.")
    ] = None,
    invoice: Annotated[
        str | None, typer.Option(metavar="ID", help="Only those about this invoice.")
    ] = None,
    state: Annotated[DeliveryState | None, typer.Option(help="Only those in this state.")] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=1000, metavar="N", help="Largest number to list.")
    ] = 20,
    after: Annotated[
        str | None, typer.Option(metavar="DELIVERY", help="List those after the one with this id.")
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List deliveries, the newest first."""
    with open_session(tenant, data_dir, database_url) as session:
        start = From(find(session, after).delivery.id, after) if after else None
        window = Window(after=start, limit=limit)
        wanted = DeliveryFilter(endpoint, invoice, state)
        page = deliveries(session.connection, session.tenant.id, wanted, window)
    following = page.after.id if page.after else None
    if as_json:
        document({"deliveries": page.rows, "next": following})
        return
    say(delivery_tables.deliveries(page.rows) if page.rows else "There are no such deliveries.")
    if following:
        say(f"There are more. List them with --after {following}.")


@delivered.command()
def show(
    delivery_id: Annotated[str, typer.Argument(metavar="DELIVERY", help="Id of the delivery.")],
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show a delivery: its body and every attempt."""
    with open_session(tenant, data_dir, database_url) as session:
        found = find(session, delivery_id)
    if as_json:
        shown = {"body": found.body, "fault": found.fault, "attempts": found.attempts}
        document({**found.delivery._asdict(), **shown})
    else:
        say(delivery_tables.delivery(found))


@delivered.command("redeliver")
def redeliver_(
    delivery_id: Annotated[
        str | None, typer.Argument(metavar="[DELIVERY]", help="Id of one delivery.")
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(metavar="ID", help="All that failed at this endpoint, with --failed-since."),
    ] = None,
    failed_since: Annotated[
        datetime | None,
        typer.Option(formats=FORMATS, metavar="TIME", help="All that failed since this time."),
    ] = None,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Send one delivery again, or all that failed at an endpoint since a time."""
    if (delivery_id is None) == (endpoint is None) or (endpoint is None) != (failed_since is None):
        raise typer.BadParameter("Give a delivery, or --endpoint with --failed-since.")
    with open_session(tenant, data_dir, database_url) as session:
        if delivery_id is not None:
            count = send_one_again(session, delivery_id)
        else:
            since = in_utc(failed_since or datetime.now(UTC))
            count = send_failed_again(session, endpoint or "", since)
    if as_json:
        document({"redelivered": count})
    else:
        say(f"{count} to be sent again." if count else "Nothing to send again: it waits already.")


@group.command("replay")
def replay_(
    endpoint_id: EndpointNamed,
    since: Since,
    until: Until = None,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Send all events of a range to an endpoint again. Repeated webhooks keep their ids."""
    with open_session(tenant, data_dir, database_url) as session:
        found = webhook_endpoints.find(session, endpoint_id)
        now = datetime.now(UTC)
        span = (in_utc(since), in_utc(until or now))
        named = (session.tenant.id, dialects(), found.id)
        done = replay(session.connection, *named, *span, now)
        action = action_on(found.id, "ReplayWebhooks", since=span[0], until=span[1])
        write(session.connection, session.tenant.id, [action.line(done._asdict())])
    if as_json:
        document(done)
    else:
        say(f"{done.again} to be sent again, and {done.first} for the first time.")


def send_one_again(session: Session, delivery_id: str) -> int:
    """Send one delivery again. Return how many, which is 0 if it waits already. Raises Stopped."""
    found = find(session, delivery_id).delivery
    named, now = (session.connection, session.tenant.id), datetime.now(UTC)
    action = action_on(found.endpoint_id, "RedeliverWebhook", delivery_id=found.id)
    done = perform_once(*named, action, lambda: {"redelivered": redeliver(*named, [found.id], now)})
    return int(done["redelivered"])


def send_failed_again(session: Session, endpoint_id: str, since: datetime) -> int:
    """Send what failed at an endpoint since a time again. Return how many. Raises Stopped."""
    found = webhook_endpoints.find(session, endpoint_id)
    named, now = (session.connection, session.tenant.id), datetime.now(UTC)
    action = action_on(found.id, "RedeliverFailedWebhooks", since=since)
    done = perform_once(
        *named, action, lambda: {"redelivered": redeliver_failed(*named, found.id, since, now)}
    )
    return int(done["redelivered"])


def find(session: Session, delivery_id: str) -> WholeDelivery:
    """Return the delivery with this id. Raises Stopped."""
    try:
        return delivery(session.connection, session.tenant.id, delivery_id)
    except UnknownDelivery as unknown:
        raise Stopped(
            f"No delivery {delivery_id}. List them with `polaris webhook delivery list`."
        ) from unknown


def in_utc(time: datetime) -> datetime:
    """Return a time with its zone, which is UTC if none was given."""
    return time if time.tzinfo else time.replace(tzinfo=UTC)
