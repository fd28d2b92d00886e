"""`polaris import`: import invoices from files."""

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

group = typer.Typer(help="Import invoices from files.")


@group.callback()
def files() -> None:
    """Import invoices from files."""  # without a callback, typer drops a single command's name


@group.command()
def online_retail(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Online Retail file: .csv, .csv.gz or .csv.xz."),
    ],
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Import the Online Retail file. After an interruption, run it again: it continues."""
    if not file.is_file():
        raise Stopped(f"No such file: {file}.")
    with open_session(tenant, data_dir, database_url) as session, progress_for(as_json) as progress:
        try:
            report = importer.run(
                session.engine, session.database, session.tenant.id, file, progress
            )
        except FileUnusable as unusable:
            raise Stopped(str(unusable)) from unusable
    if as_json:
        document(report)
        return
    say(tables.imported(report), f"Next: polaris ledger verify --tenant {session.tenant.id}")


def progress_for(quiet: bool) -> AbstractContextManager[Progress]:
    """Return a progress bar on standard error, or a silent one if `quiet`."""
    return nullcontext(Silent()) if quiet else RichProgress(Console(stderr=True))
