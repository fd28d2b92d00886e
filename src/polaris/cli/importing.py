"""`polaris import`: bring in invoices from files."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from polaris.cli import tables
from polaris.cli.answer import Stopped, document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId
from polaris.cli.session import open_session
from polaris.imports import online_retail as importer
from polaris.imports.progress import Progress, RichProgress, Silent
from polaris.imports.reading import FileUnusable

group = typer.Typer(help="Bring in invoices from files.")


@group.callback()
def files() -> None:
    """Bring in invoices from files."""  # a group of one would lose its name otherwise


@group.command()
def online_retail(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .csv, .csv.gz or .csv.xz of Online Retail.")
    ],
    tenant: TenantId,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Import the Online Retail file; run again after any interruption, it goes on."""
    if not file.is_file():
        raise Stopped(f"No such file: {file}.")
    with open_session(tenant, data_dir, database_url) as session, shown(as_json) as progress:
        try:
            report = importer.run(
                session.engine, session.database, session.tenant.id, file, progress
            )
        except FileUnusable as unusable:
            raise Stopped(str(unusable)) from unusable
    if as_json:
        document(report)
        return
    say(tables.imported(report), f"Next: polaris ledger verify --tenant {tenant}")


def shown(quiet: bool) -> AbstractContextManager[Progress]:
    """Progress for people; on standard error, also where nobody draws bars."""
    return nullcontext(Silent()) if quiet else RichProgress(Console(stderr=True))
