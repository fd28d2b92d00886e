"""`polaris tenant`: whose books there are, and how they want things done."""

import re
from enum import StrEnum
from typing import Annotated
from zoneinfo import available_timezones

import typer
from rich.text import Text

from polaris.cli import tables
from polaris.cli import tenant_settings as its
from polaris.cli.answer import document, say
from polaris.cli.keys import keep
from polaris.cli.options import DatabaseUrl, DataDir, Json
from polaris.cli.session import open_session, opened
from polaris.core.facts.series import SeriesScope
from polaris.core.facts.tenant import Settings
from polaris.engine import new_id, now
from polaris.keys import ApiKey
from polaris.money import CURRENCIES
from polaris.store.engine.write import create_tenant
from polaris.store.read import tenants

group = typer.Typer(help="Create, list and change tenants: each has books of its own.")

TenantArgument = Annotated[
    str, typer.Argument(metavar="TENANT", help="An id of `polaris tenant list`.")
]


class Numbering(StrEnum):
    """How a new tenant's documents are numbered."""

    PLAIN = "plain"
    LAGO = "lago"


def settings_for(numbering: Numbering, name: str, tenant_id: str) -> Settings:
    """A new tenant's settings; as Lago numbers, its invoices bear its name and count by customer,
    and credit notes count by invoice."""
    if numbering is Numbering.PLAIN:
        return Settings()
    begin = re.sub(r"[^A-Z0-9]", "", name.upper())[:3] or "INV"
    return Settings(
        invoice_scope=SeriesScope.CUSTOMER,
        invoice_format=f"{begin}-{tenant_id[-4:].upper()}-{{customer}}-{{next:03}}",
        note_scope=SeriesScope.INVOICE,
        note_format="{invoice}-CN{next:03}",
    )


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
    numbering: Annotated[
        Numbering, typer.Option(help="One series for all, or as Lago numbers.")
    ] = Numbering.PLAIN,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Create a tenant, and a key for it, which is shown this once."""
    tenant_id, key = new_id(), ApiKey.new()
    settings = settings_for(numbering, name, tenant_id)
    with opened(data_dir, database_url) as database, database.connect() as connection:
        create_tenant(connection, tenant_id, name, currency, timezone, settings, now())
        keep(connection, tenant_id, "created with the tenant", key)
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
        tables.pairs(made),
        "The key and the secret are shown this once; only a hash is kept.",
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
        say("No tenant yet. Next: polaris tenant create NAME, or polaris demo.")


@group.command("show")
def show_(
    tenant: TenantArgument,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show a tenant with all its settings and what they mean."""
    with open_session(tenant, data_dir, database_url) as session:
        known = session.tenant
    if as_json:
        document(known)
    else:
        say(its.head(known), "", its.table(known))


@group.command("set")
def set_(
    tenant: TenantArgument,
    changes: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME=VALUE",
            help="name, currency, timezone, or a setting of `polaris tenant show`; a list as a,b.",
        ),
    ],
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Change a tenant. A new number format holds from the next number on."""
    with open_session(tenant, data_dir, database_url) as session:
        session.perform(its.asked(session.tenant, changes))
        changed = its.changed(session.tenant, tenants.tenant(session.connection, session.tenant.id))
    if as_json:
        document({"done": True, "changed": changed})
    else:
        say(its.told(changed))
