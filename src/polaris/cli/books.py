"""`polaris books`: close and reopen accounting periods."""

from datetime import date, datetime
from typing import Annotated

import typer

from polaris.cli.answer import document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId
from polaris.cli.session import Session, open_session
from polaris.core.commands import CloseBooks, ReopenBooks
from polaris.core.scope import Scope
from polaris.store.engine.load import load

group = typer.Typer(help="Close and reopen accounting periods.")

Through = Annotated[
    datetime,
    typer.Argument(formats=["%Y-%m-%d"], metavar="DATE", help="Last closed day, as YYYY-MM-DD."),
]


@group.command()
def close(
    through: Through,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Close the books through DATE: no entry can be dated on or before it any more.

    Exits with 1 if earlier changes of the tenant still run after ten seconds. The books are closed
    then, but these changes may still add entries. Run the command again to wait for them.
    """
    day = through.date()
    with open_session(tenant, data_dir, database_url) as session:
        if closed_through(session) != day:
            session.perform(CloseBooks(through=day))
        left = session.engine.wait_for_writers(session.tenant.id)

    print_closing_date(day, as_json, left)
    if left:
        raise typer.Exit(1)


def closed_through(session: Session) -> date | None:
    """Return the last closed day, or None."""
    facts = load(session.connection, session.tenant.id, Scope()).facts
    return facts.books.closed_through


@group.command()
def reopen(
    through: Through,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Move the closing date back to DATE; later days are open again."""
    with open_session(tenant, data_dir, database_url) as session:
        session.perform(ReopenBooks(through=through.date()))

    print_closing_date(through.date(), as_json)


def print_closing_date(through: date, as_json: bool, writers_left: int = 0) -> None:
    """Print the last closed day, and how many earlier changes still run."""
    if as_json:
        still = {"writers_left": writers_left} if writers_left else {}
        document({"done": True, "closed_through": through, **still})
        return
    say(f"The books are closed through {through}.")
    if writers_left:
        say(
            f"{writers_left} earlier changes of this tenant still run and may add entries to the "
            "period. Run the command again to wait for them."
        )
