"""`polaris tenant`: whose books there are."""

from typing import Annotated
from zoneinfo import available_timezones

import typer
from rich.text import Text

from polaris import show
from polaris.cli.answer import document, say
from polaris.cli.desk import opened
from polaris.cli.options import DatabaseUrl, DataDir, Json
from polaris.core.tenant import Settings
from polaris.engine import new_id, now
from polaris.keys import ApiKey
from polaris.money import CURRENCIES
from polaris.store import reading
from polaris.store.postgres import create_api_key, create_tenant

group = typer.Typer(help="Create and list tenants: each has books of its own.")


def known_currency(currency: str) -> str:
    """The currency, if it is one."""
    if currency not in CURRENCIES:
        raise typer.BadParameter("no ISO 4217 code in use; give one such as EUR, in capitals.")
    return currency


def known_timezone(timezone: str) -> str:
    """The time zone, if it is one."""
    if timezone not in available_timezones():
        raise typer.BadParameter("not a time zone; give an IANA name such as Europe/Berlin.")
    return timezone


@group.command()
def create(
    name: Annotated[str, typer.Argument(help="What to call the tenant.")],
    currency: Annotated[
        str, typer.Option(help="Its usual currency.", callback=known_currency)
    ] = "USD",
    timezone: Annotated[
        str, typer.Option(help="Its books' days begin here.", callback=known_timezone)
    ] = "UTC",
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Create a tenant, and a key for it, which is shown this once."""
    tenant_id, key = new_id(), ApiKey.new()
    with opened(data_dir, database_url) as database, database.connect() as connection:
        create_tenant(connection, tenant_id, name, currency, timezone, Settings(), now())
        create_api_key(connection, tenant_id, new_id(), "created with the tenant", key, now())
    made = {
        "tenant_id": tenant_id,
        "api_key": key.whole,
        "client_id": key.client_id,
        "client_secret": key.client_secret,
    }
    if as_json:
        document(made)
        return
    say(
        Text.assemble((name, "bold"), f" has books now, in {currency}."),
        show.pairs(made),
        "The key and the secret are shown this once; only a hash is kept.",
        f"Next: polaris import online-retail FILE --tenant {tenant_id}",
    )


@group.command("list")
def list_(
    as_json: Json = False, data_dir: DataDir = None, database_url: DatabaseUrl = None
) -> None:
    """List all tenants."""
    with opened(data_dir, database_url) as database, database.connect() as connection:
        found = reading.tenants(connection)
    if as_json:
        document(found)
    elif found:
        say(show.tenants(found))
    else:
        say("No tenant yet. Next: polaris tenant create NAME, or polaris demo.")
