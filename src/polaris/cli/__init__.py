"""The command line. Each command opens the database itself, even while a server uses it."""

import sys
from typing import Annotated

import psycopg
import typer
from pydantic import ValidationError

from polaris import __version__, logs
from polaris.cli import (
    answer,
    books,
    importing,
    invoices,
    keys,
    ledger,
    operators,
    providers,
    refunds,
    serving,
    settling,
    tasks,
    tenants,
    webhooks,
    working,
)
from polaris.encryption import EncryptionKeyMalformed, NoEncryptionKey, WrongEncryptionKey
from polaris.settings import Settings
from polaris.store.engine.load import UnknownTenant
from polaris.store.server.data_directory import EmbeddedError
from polaris.store.server.database import DatabaseTooNew, ServerTooOld

__all__ = ["app", "main"]

app = typer.Typer(
    epilog="To see an example first: polaris demo --once",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def print_version(wanted: bool) -> None:
    """Print the version and exit, if it is wanted."""
    if wanted:
        answer.say(f"polaris {__version__}")
        raise typer.Exit()


@app.callback()
def options(
    wanted: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=print_version, is_eager=True),
    ] = False,
) -> None:
    """Manage invoices (draft, finalize, collect, credit, void) with a double-entry ledger."""


app.command()(serving.demo)
app.command()(serving.serve)
app.command()(serving.migrate)
app.command()(working.worker)
invoices.group.command()(settling.apply)
invoices.group.command()(settling.remove)
app.add_typer(tenants.group, name="tenant", no_args_is_help=True)
app.add_typer(keys.group, name="key", no_args_is_help=True)
app.add_typer(operators.group, name="operator", no_args_is_help=True)
app.add_typer(invoices.group, name="invoice", no_args_is_help=True)
app.add_typer(refunds.group, name="refund", no_args_is_help=True)
app.add_typer(providers.group, name="provider", no_args_is_help=True)
app.add_typer(tasks.group, name="task", no_args_is_help=True)
app.add_typer(importing.group, name="import", no_args_is_help=True)
app.add_typer(ledger.ledgers, name="ledger", no_args_is_help=True)
app.add_typer(ledger.audits, name="audit", no_args_is_help=True)
app.add_typer(webhooks.group, name="webhook", no_args_is_help=True)
app.add_typer(working.group, name="jobs")
app.add_typer(books.group, name="books", no_args_is_help=True)


def main() -> None:
    """Run a command. Exit with 0 on success, 1 on a refusal or failure, 2 on wrong usage."""
    as_json = "--json" in sys.argv
    try:
        logs.configure(Settings().log_level)
        app()
    except answer.Declined as declined:
        answer.refused(declined, as_json)
        sys.exit(1)
    except EXPECTED as failure:
        sentence = describe_failure(failure)
        if sentence is None:
            raise
        answer.failed(sentence, as_json)
        sys.exit(2 if isinstance(failure, ValidationError) else 1)


EXPECTED = (
    answer.Stopped,
    NoEncryptionKey,
    EncryptionKeyMalformed,
    WrongEncryptionKey,
    UnknownTenant,
    EmbeddedError,
    ServerTooOld,
    DatabaseTooNew,
    ValidationError,
    psycopg.Error,
    OSError,
)


def describe_failure(failure: Exception) -> str | None:
    """Return a sentence for the user, or None for a bug, which keeps its traceback."""
    match failure:
        case UnknownTenant():
            return f"No tenant {failure}. List the tenants with `polaris tenant list`."
        case ValidationError():
            wrong = failure.errors()[0]
            return f"{'_'.join(('POLARIS', *map(str, wrong['loc']))).upper()}: {wrong['msg']}."
        case psycopg.OperationalError() | psycopg.errors.InsufficientPrivilege():
            return f"The database cannot be used: {first_line(failure)}"
        case psycopg.Error(sqlstate=None):  # the error comes from the client, not from a server
            return f"The database URL cannot be used: {first_line(failure)}"
        case psycopg.Error():
            return None
        case OSError(filename=str(name)):
            return f"{name}: {failure.strerror}."
    return str(failure)


def first_line(failure: Exception) -> str:
    """Return the first line of the message; the others are hints for server administrators."""
    return str(failure).strip().partition("\n")[0]
