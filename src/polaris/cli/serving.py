"""`polaris serve`, `demo` and `migrate`."""

import os
import shutil
import signal
import sys
from pathlib import Path
from shlex import quote
from types import FrameType
from typing import Annotated, NoReturn

import typer

from polaris.cli.answer import PEOPLE, document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json, settings
from polaris.cli.session import opened
from polaris.cli.working import worker_beside
from polaris.settings import Settings

Host = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS", help="Address to listen on. Default: $POLARIS_HOST, or else 127.0.0.1."
    ),
]
Port = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65535,
        metavar="PORT",
        help="Port to listen on; 0 takes a free one. Default: $POLARIS_PORT, or else 8000.",
    ),
]
Workers = Annotated[
    int, typer.Option(min=1, metavar="N", help="Number of server processes that share the port.")
]


def serve(
    host: Host = None,
    port: Port = None,
    workers: Workers = 1,
    no_jobs: Annotated[
        bool,
        typer.Option("--no-jobs", help="Run no background jobs; `polaris worker` runs them."),
    ] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Start the server and its background jobs. It migrates the database first.

    It runs until you stop it.
    """
    stop_on_sigterm()
    with opened(data_dir, database_url):
        chosen = settings(data_dir, database_url)
        if no_jobs:
            listen(chosen, host, port, workers)
        else:
            with worker_beside(environment(at(chosen, host, port))):
                listen(chosen, host, port, workers)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Do not start the API server.")] = False,
    port: Port = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Create a demo tenant, issue, pay and void invoices in it, then start the API server."""
    from polaris.cli import demo  # imported late, so that other commands start faster

    stop_on_sigterm()
    with opened(data_dir, database_url) as database:
        chosen = settings(data_dir, database_url)
        demo.run(database, PEOPLE, url_of(chosen, port), export_lines(data_dir, database_url))
        if not once:
            with worker_beside(environment(at(chosen, None, port))):
                listen(chosen, None, port, workers=1)


def url_of(chosen: Settings, port: int | None) -> str:
    """Return the address of the server, as a browser on this machine opens it."""
    return f"http://{chosen.host}:{chosen.port if port is None else port}"


def migrate(
    as_json: Json = False, data_dir: DataDir = None, database_url: DatabaseUrl = None
) -> None:
    """Migrate the database to this version. Every other command does this too at its start."""
    with opened(data_dir, database_url) as database:
        applied = database.applied
    if as_json:
        document({"applied": applied})
    elif applied:
        say(f"Applied migrations: {', '.join(applied)}.")
    else:
        say("The database is already up to date.")


def export_lines(data_dir: Path | None, database_url: str | None) -> list[str]:
    """Return the shell lines after which `polaris` is found and uses the same database."""
    folder = Path(sys.argv[0]).parent
    named = {"POLARIS_DATA_DIR": data_dir, "POLARIS_DATABASE_URL": database_url}
    lines = [] if shutil.which("polaris") else [f"export PATH={quote(str(folder))}:$PATH"]
    return lines + [f"export {name}={quote(str(one))}" for name, one in named.items() if one]


def stop_on_sigterm() -> None:
    """Make SIGTERM raise SystemExit, so that the database is closed properly."""

    def leave(_signal: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(0)

    # Set before uvicorn starts: when uvicorn ends, it restores this handler and raises the signal
    # again.
    signal.signal(signal.SIGTERM, leave)


def listen(chosen: Settings, host: str | None, port: int | None, workers: int) -> None:
    """Serve until a signal arrives. The caller keeps the database open, and stops it last."""
    import uvicorn  # imported late, so that other commands start faster

    os.environ.update(environment(chosen))
    uvicorn.run(
        "polaris.app:from_environment",
        factory=True,
        host=host or chosen.host,
        port=chosen.port if port is None else port,
        workers=workers,
        access_log=False,
        # On a busy machine a worker needs more than uvicorn's default of five seconds to start.
        timeout_worker_healthcheck=60,
        log_level=chosen.log_level,
    )


def at(chosen: Settings, host: str | None, port: int | None) -> Settings:
    """Return the settings with the address to listen on, which webhooks name as their issuer."""
    return chosen.model_copy(
        update={"host": host or chosen.host, "port": chosen.port if port is None else port}
    )


def environment(chosen: Settings) -> dict[str, str]:
    """Return the settings as environment variables for the server processes."""
    return {f"POLARIS_{name}".upper(): str(value or "") for name, value in chosen}
