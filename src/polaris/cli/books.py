"""`polaris books`: close and reopen accounting periods."""

from datetime import date, datetime
from typing import Annotated

import typer

from polaris.cli.answer import document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId
from polaris.cli.session import open_session
from polaris.core.commands import CloseBooks, ReopenBooks

group = typer.Typer(help="Close and reopen accounting periods.")

Through = Annotated[
    datetime,
    typer.Argument(formats=["%Y-%m-%d"], metavar="DATE", help="Last closed day, as YYYY-MM-DD."),
]


@group.command()
def close(
    through: Through,
    tenant: TenantId,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Close the books through DATE: no entry can be dated on or before it any more."""
    with open_session(tenant, data_dir, database_url) as session:
        session.perform(CloseBooks(through=through.date()))

    print_closing_date(through.date(), as_json)


@group.command()
def reopen(
    through: Through,
    tenant: TenantId,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Move the closing date back to DATE; later days are open again."""
    with open_session(tenant, data_dir, database_url) as session:
        session.perform(ReopenBooks(through=through.date()))

    print_closing_date(through.date(), as_json)


def print_closing_date(through: date, as_json: bool) -> None:
    """Print the last closed day."""
    if as_json:
        document({"done": True, "closed_through": through})
    else:
        say(f"The books are closed through {through}.")
