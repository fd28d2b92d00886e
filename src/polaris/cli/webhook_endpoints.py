"""`polaris webhook endpoint`: where webhooks are sent."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from polaris.cli import delivery_tables
from polaris.cli.answer import Stopped, document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId, settings
from polaris.cli.session import Session, actor, open_session
from polaris.core.commands import (
    DeleteWebhookEndpoint,
    PauseWebhookEndpoint,
    ResumeWebhookEndpoint,
)
from polaris.core.facts.webhook import Signature
from polaris.delivery import endpoint_keys, sample
from polaris.delivery.dialect import SigningKey
from polaris.delivery.endpoints import EndpointRefused, new_endpoint
from polaris.delivery.publish import Dialects
from polaris.encryption import Encryption, configured_encryption
from polaris.engine import new_id
from polaris.services.recorded_actions import Action, Result, perform_once
from polaris.store.read.webhooks import EndpointState, UnknownEndpoint, endpoint, endpoints

group = typer.Typer(help="Add, list, pause, resume, rotate, test and delete webhook endpoints.")


def dialects() -> Dialects:
    """Return the dialects of webhooks. They are imported late: other commands start faster."""
    from polaris.webhook_dialects import WEBHOOK_DIALECTS

    return WEBHOOK_DIALECTS


Named = Annotated[str, typer.Argument(metavar="ENDPOINT", help="Id of the endpoint.")]


@group.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where webhooks are sent.")],
    tenant: TenantId = None,
    dialect: Annotated[
        str,
        typer.Option(
            metavar="DIALECT",
            help="Whose webhooks it gets: standard, or the name of a vendor's dialect.",
        ),
    ] = "standard",
    events: Annotated[
        str | None,
        typer.Option(metavar="TYPES", help="Types to send, separated by commas. Default: all."),
    ] = None,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="A name of your own.")] = None,
    signature: Annotated[
        str | None, typer.Option(metavar="METHOD", help="How webhooks are signed: jwt, hmac, ...")
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Add an endpoint, and print what a receiver needs to verify webhooks. Keep the secret."""
    encryption = configured_encryption(settings(data_dir, database_url))
    encryption.require()
    with open_session(tenant, data_dir, database_url) as session:
        types = events.split(",") if events else None
        try:
            named = (new_id(), url, dialect, types, name, signature)
            command = new_endpoint(dialects(), *named)
        except EndpointRefused as refused:
            raise Stopped(str(refused)) from refused
        session.perform(command)
        keys = keys_of(session, find(session, command.webhook_endpoint_id), encryption)
    print_keys(command.webhook_endpoint_id, keys, as_json)


@group.command("list")
def list_(
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List the endpoints of a tenant, with their health."""
    with open_session(tenant, data_dir, database_url) as session:
        found = endpoints(session.connection, session.tenant.id)
    if as_json:
        document(found)
    elif found:
        say(delivery_tables.endpoints(found))
    else:
        say("There are no webhook endpoints yet. Next: polaris webhook endpoint add URL")


@group.command()
def pause(
    endpoint_id: Named,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Pause an endpoint. Its webhooks wait until it is resumed."""
    with open_session(tenant, data_dir, database_url) as session:
        session.perform(PauseWebhookEndpoint(webhook_endpoint_id=find(session, endpoint_id).id))
        found = find(session, endpoint_id)
    print_endpoint(found, as_json)


@group.command()
def resume(
    endpoint_id: Named,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Resume a paused endpoint. The webhooks that waited are sent."""
    with open_session(tenant, data_dir, database_url) as session:
        found = find(session, endpoint_id)
        session.perform(ResumeWebhookEndpoint(webhook_endpoint_id=found.id))
        found = find(session, endpoint_id)
    print_endpoint(found, as_json)


@group.command()
def delete(
    endpoint_id: Named,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Delete an endpoint. Webhooks that wait for it are not sent."""
    with open_session(tenant, data_dir, database_url) as session:
        found = find(session, endpoint_id)
        session.perform(DeleteWebhookEndpoint(webhook_endpoint_id=found.id))
    if as_json:
        document({"endpoint_id": found.id, "deleted": True})
    else:
        say(f"Deleted the endpoint {found.url}.")


@group.command()
def rotate(
    endpoint_id: Named,
    overlap_hours: Annotated[
        float,
        typer.Option(min=0, metavar="HOURS", help="How long the older key stays valid, too."),
    ] = 24,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Give an endpoint a new key, and print it. The older one stays valid for a while."""
    encryption = configured_encryption(settings(data_dir, database_url))
    with open_session(tenant, data_dir, database_url) as session:
        found = find(session, endpoint_id)
        keys: list[SigningKey] = []

        def make_keys() -> Result:
            named = (session.tenant.id, found.id, dialects()[found.dialect])
            signed = (Signature(found.signature), encryption, datetime.now(UTC))
            overlap = timedelta(hours=overlap_hours)
            keys.extend(endpoint_keys.rotate(session.connection, *named, *signed, overlap))
            return {}

        try:
            action = action_on(found.id, "RotateWebhookKeys", overlap_hours=overlap_hours)
            perform_once(session.connection, session.tenant.id, action, make_keys)
        except endpoint_keys.KeysOfTenant as refused:
            raise Stopped(str(refused)) from refused
    print_keys(found.id, keys, as_json)


@group.command("test")
def send_test(
    endpoint_id: Named,
    type_: Annotated[
        str | None,
        typer.Option("--type", metavar="TYPE", help="Type of the sample. Default: a voided one."),
    ] = None,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Send a sample webhook. Its ids belong to nothing."""
    with open_session(tenant, data_dir, database_url) as session:
        found = find(session, endpoint_id)

        def make_sample() -> Result:
            named = (session.tenant.id, dialects()[found.dialect], found.id, type_)
            at = datetime.now(UTC)
            return {"delivery_id": sample.send_sample(session.connection, *named, at)}

        try:
            action = action_on(found.id, "SendWebhookSample", type=type_)
            sent = perform_once(session.connection, session.tenant.id, action, make_sample)
        except sample.NoSample as refused:
            raise Stopped(str(refused)) from refused
    if as_json:
        document(sent)
    else:
        next_step = f"polaris webhook delivery show {sent['delivery_id']}"
        say(f"A sample waits to be sent. Next: {next_step}")


def action_on(endpoint_id: str, name: str, **asked: object) -> Action:
    """Return an action of the person at the command line, for the audit log."""
    return Action(new_id(), actor(), name, endpoint_id, asked)


def find(session: Session, endpoint_id: str) -> EndpointState:
    """Return the endpoint with this id. Raises Stopped."""
    try:
        return endpoint(session.connection, session.tenant.id, endpoint_id)
    except UnknownEndpoint as unknown:
        raise Stopped(
            f"No webhook endpoint {endpoint_id}. List them with `polaris webhook endpoint list`."
        ) from unknown


def keys_of(session: Session, found: EndpointState, encryption: Encryption) -> list[SigningKey]:
    """Return the valid keys of an endpoint; they are made at first use."""
    dialect, signature = dialects()[found.dialect], Signature(found.signature)
    named = (session.tenant.id, found.id, dialect, signature, encryption)
    return endpoint_keys.keys_of(session.connection, *named, datetime.now(UTC))


def print_keys(endpoint_id: str, keys: Sequence[SigningKey], as_json: bool) -> None:
    """Print what a receiver needs to verify webhooks. A private key stays here."""
    of_receiver = endpoint_keys.receiver_keys(keys)
    secret, public = of_receiver
    if as_json:
        named = {"endpoint_id": endpoint_id, "secret": secret, "public_key": of_receiver.public_key}
        document({**named, "public_keys": public})
    else:
        say(delivery_tables.keys(endpoint_id, secret, public))


def print_endpoint(found: EndpointState, as_json: bool) -> None:
    """Print one endpoint."""
    if as_json:
        document(found)
    else:
        say(delivery_tables.endpoints([found]))
