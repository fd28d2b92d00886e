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
from polaris.settings import Settings

Host = Annotated[str | None, typer.Option(help="The address to listen on; default: 127.0.0.1.")]
Port = Annotated[
    int | None, typer.Option(min=0, max=65535, help="The port to listen on; default: 8000.")
]
Workers = Annotated[int, typer.Option(min=1, help="Programs that share the port and the work.")]


def serve(
    host: Host = None,
    port: Port = None,
    workers: Workers = 1,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Start the database, bring it up to date, and serve until told to stop."""
    stop_when_told()
    with opened(data_dir, database_url):
        listen(settings(data_dir, database_url), host, port, workers)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Do not serve afterwards.")] = False,
    port: Port = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Take invoices through their life in a fresh tenant, show what happened, then serve."""
    from polaris.cli import demo  # other commands start without it

    stop_when_told()
    with opened(data_dir, database_url) as database:
        demo.run(database, PEOPLE, typed_before(data_dir, database_url))
        if not once:
            listen(settings(data_dir, database_url), None, port, workers=1)


def migrate(
    as_json: Json = False, data_dir: DataDir = None, database_url: DatabaseUrl = None
) -> None:
    """Bring the database to this version; every other command does the same when it starts."""
    with opened(data_dir, database_url) as database:
        applied = database.applied
    if as_json:
        document({"applied": applied})
    elif applied:
        say(f"Applied {', '.join(applied)}.")
    else:
        say("The database is up to date.")


def typed_before(data_dir: Path | None, database_url: str | None) -> list[str]:
    """What to type so that later commands are found, and find the same books."""
    place = Path(sys.argv[0]).parent
    named = {"POLARIS_DATA_DIR": data_dir, "POLARIS_DATABASE_URL": database_url}
    lines = [] if shutil.which("polaris") else [f"export PATH={quote(str(place))}:$PATH"]
    return lines + [f"export {name}={quote(str(one))}" for name, one in named.items() if one]


def stop_when_told() -> None:
    """Raise SystemExit on SIGTERM, so that the database is closed."""

    def leave(_signal: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(0)

    # Before uvicorn takes over: it raises the signal again when it is done, for whoever was here.
    signal.signal(signal.SIGTERM, leave)


def listen(chosen: Settings, host: str | None, port: int | None, workers: int) -> None:
    """Serve until a signal. The caller has the database open too, and so stops it as the last."""
    import uvicorn  # other commands start without the web's libraries

    os.environ.update(environment(chosen))
    uvicorn.run(
        "polaris.app:from_environment",
        factory=True,
        host=host or chosen.host,
        port=chosen.port if port is None else port,
        workers=workers,
        access_log=False,
        # On a busy machine a worker takes longer than uvicorn's five seconds to load.
        timeout_worker_healthcheck=60,
        log_level=chosen.log_level,
    )


def environment(chosen: Settings) -> dict[str, str]:
    """The settings as variables, for the programs that do the serving."""
    return {f"POLARIS_{name}".upper(): str(value or "") for name, value in chosen}
