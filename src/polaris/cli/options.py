"""Options that many commands take, described once."""

from pathlib import Path
from typing import Annotated

import typer

from polaris.settings import Settings

WHERE = "Where the books are"

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="DIR",
        help="The embedded database lives here; default: POLARIS_DATA_DIR, else the user's own.",
        rich_help_panel=WHERE,
    ),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        metavar="URL",
        help="A PostgreSQL server, 15 or later, instead; default: POLARIS_DATABASE_URL.",
        rich_help_panel=WHERE,
    ),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON document; amounts are in minor units."),
]
TenantId = Annotated[
    str,
    typer.Option("--tenant", metavar="ID", help="Whose books: an id of `polaris tenant list`."),
]


def settings(data_dir: Path | None, database_url: str | None) -> Settings:
    """The environment's settings, with what was given on the command line in their place."""
    if data_dir and database_url:
        raise typer.BadParameter("Give --data-dir or --database-url, not both.")
    if data_dir:
        return Settings(data_dir=data_dir, database_url=None)
    return Settings(database_url=database_url) if database_url else Settings()
