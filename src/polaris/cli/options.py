"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from polaris.settings import Settings

WHERE = "Database"

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="DIR",
        help="Directory of the embedded database. Default: $POLARIS_DATA_DIR, "
        "or else a directory of the user (/var/lib/polaris for root).",
        rich_help_panel=WHERE,
    ),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        metavar="URL",
        help="PostgreSQL server (version 15 or later) to use instead of the embedded one. "
        "Default: $POLARIS_DATABASE_URL.",
        rich_help_panel=WHERE,
    ),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON document, with amounts in minor units (cents)."),
]
TenantId = Annotated[
    str | None,
    typer.Option(
        "--tenant",
        metavar="ID",
        help="Id of the tenant; see `polaris tenant list`. Default: $POLARIS_TENANT, or else the "
        "only tenant.",
    ),
]


def settings(data_dir: Path | None, database_url: str | None) -> Settings:
    """Return the settings from the environment; the command line takes precedence.

    Raises typer.BadParameter if both arguments are given.
    """
    if data_dir and database_url:
        raise typer.BadParameter("Give --data-dir or --database-url, not both.")
    if data_dir:
        return Settings(data_dir=data_dir, database_url=None)
    return Settings(database_url=database_url) if database_url else Settings()
