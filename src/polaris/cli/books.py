"""`polaris books`: close and reopen periods."""

from datetime import date, datetime
from typing import Annotated

import typer

from polaris.cli.answer import document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId
from polaris.cli.session import open_session
from polaris.core.commands import CloseBooks, ReopenBooks

group = typer.Typer(help="Close the books of a period, and reopen them.")

Through = Annotated[
    datetime,
    typer.Argument(formats=["%Y-%m-%d"], metavar="DATE", help="The last day that stays closed."),
]


@group.command()
def close(
    through: Through,
    tenant: TenantId,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Date no later entry on or before a day."""
    with open_session(tenant, data_dir, database_url) as session:
        session.perform(CloseBooks(through=through.date()))
    told(through.date(), as_json)


@group.command()
def reopen(
    through: Through,
    tenant: TenantId,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Move the closing date back to a day."""
    with open_session(tenant, data_dir, database_url) as session:
        session.perform(ReopenBooks(through=through.date()))
    told(through.date(), as_json)


def told(through: date, as_json: bool) -> None:
    """Say how far the books are closed now."""
    if as_json:
        document({"done": True, "closed_through": through})
    else:
        say(f"The books are closed through {through}.")
