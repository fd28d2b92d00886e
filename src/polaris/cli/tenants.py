"""`polaris tenant`: create, list, show and change tenants."""

import re
from enum import StrEnum
from typing import Annotated
from zoneinfo import available_timezones

import typer
from rich.text import Text

from polaris.cli import tables, tenant_settings
from polaris.cli.answer import document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json
from polaris.cli.session import actor, open_session, opened
from polaris.core.facts.series import SeriesScope
from polaris.core.facts.tenant import Settings
from polaris.engine import new_id, now
from polaris.keys import ApiKey
from polaris.money import CURRENCIES
from polaris.services.api_keys import store_key
from polaris.store.engine.write import create_tenant
from polaris.store.read import tenants

group = typer.Typer(help="Create, list, show and change tenants. Each tenant has its own books.")

TenantArgument = Annotated[
    str, typer.Argument(metavar="TENANT", help="Id of the tenant; see `polaris tenant list`.")
]


class Numbering(StrEnum):
    """How a new tenant's documents are numbered."""

    PLAIN = "plain"
    LAGO = "lago"


def settings_for(numbering: Numbering, name: str, tenant_id: str) -> Settings:
    """Return a new tenant's settings.

    With Lago's numbering, invoice numbers start with the tenant's name and count per customer, and
    credit notes count per invoice.
    """
    if numbering is Numbering.PLAIN:
        return Settings()
    begin = re.sub(r"[^A-Z0-9]", "", name.upper())[:3] or "INV"
    return Settings(
        invoice_scope=SeriesScope.CUSTOMER,
        invoice_format=f"{begin}-{tenant_id[-4:].upper()}-{{customer}}-{{next:03}}",
        note_scope=SeriesScope.INVOICE,
        note_format="{invoice}-CN{next:03}",
    )


def valid_currency(currency: str) -> str:
    """Return the currency code if it exists. Raises typer.BadParameter."""
    if currency not in CURRENCIES:
        raise typer.BadParameter("Not an ISO 4217 code. Give a code in capitals, such as EUR.")
    return currency


def valid_timezone(timezone: str) -> str:
    """Return the time zone if it exists. Raises typer.BadParameter."""
    if timezone not in available_timezones():
        raise typer.BadParameter("Not a time zone. Give an IANA name, such as Europe/Berlin.")
    return timezone


@group.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the tenant.")],
    currency: Annotated[
        str,
        typer.Option(
            metavar="CODE", help="Main currency: an ISO 4217 code.", callback=valid_currency
        ),
    ] = "USD",
    timezone: Annotated[
        str,
        typer.Option(
            metavar="ZONE",
            help="Time zone of the books: an IANA name. Accounting dates follow it.",
            callback=valid_timezone,
        ),
    ] = "UTC",
    numbering: Annotated[
        Numbering,
        typer.Option(
            help="Invoice numbers. plain: one series per tenant. lago: one per customer, like Lago."
        ),
    ] = Numbering.PLAIN,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Create a tenant and its first API key. The key's secret cannot be shown again."""
    tenant_id, key = new_id(), ApiKey.new()
    settings = settings_for(numbering, name, tenant_id)
    with opened(data_dir, database_url) as database, database.connect() as connection:
        create_tenant(connection, tenant_id, name, currency, timezone, settings, now())
        store_key(connection, tenant_id, "created with the tenant", key, actor())
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
        Text.assemble("Created tenant ", (name, "bold"), f" ({currency})."),
        tables.pairs(made),
        "Copy the key now: only a hash of its secret is stored, so it cannot be shown again.",
        f"Next: polaris import online-retail FILE --tenant {tenant_id}",
    )


@group.command("list")
def list_(
    as_json: Json = False, data_dir: DataDir = None, database_url: DatabaseUrl = None
) -> None:
    """List all tenants."""
    with opened(data_dir, database_url) as database, database.connect() as connection:
        found = tenants.tenants(connection)
    if as_json:
        document(found)
    elif found:
        say(tables.tenants(found))
    else:
        say("There are no tenants yet. Next: polaris tenant create NAME, or polaris demo.")


@group.command("show")
def show_(
    tenant: TenantArgument,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show a tenant with all its settings and their meanings."""
    with open_session(tenant, data_dir, database_url) as session:
        known = session.tenant
    if as_json:
        document(known)
    else:
        say(tenant_settings.head(known), "", tenant_settings.table(known))


@group.command("set")
def set_(
    tenant: TenantArgument,
    changes: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME=VALUE",
            help="New value of name, currency, timezone or a setting of `polaris tenant show`. "
            "Can be repeated. Write a list as a,b.",
        ),
    ],
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Change a tenant's name, currency, time zone or settings. A new number format applies from
    the next number on."""
    with open_session(tenant, data_dir, database_url) as session:
        session.perform(tenant_settings.save_command(session.tenant, changes))
        after = tenants.tenant(session.connection, session.tenant.id)
        changed = tenant_settings.changed(session.tenant, after)
    if as_json:
        document({"done": True, "changed": changed})
    else:
        say(tenant_settings.changes_text(changed))
