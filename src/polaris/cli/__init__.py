"""The command line. Each command opens the books itself, also while a server runs on them."""

import sys

import psycopg
import typer
from pydantic import ValidationError

from polaris import logs
from polaris.cli import answer, books, importing, invoices, keys, ledger, serving, tenants
from polaris.settings import Settings
from polaris.store.engine.load import UnknownTenant
from polaris.store.server.data_directory import EmbeddedError
from polaris.store.server.database import DatabaseTooNew, ServerTooOld

__all__ = ["app", "main"]

app = typer.Typer(
    help="Draft, finalize, collect, credit and void invoices, in books that add up.",
    epilog="A first look: polaris demo --once",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(serving.demo)
app.command()(serving.serve)
app.command()(serving.migrate)
app.add_typer(tenants.group, name="tenant", no_args_is_help=True)
app.add_typer(keys.group, name="key", no_args_is_help=True)
app.add_typer(invoices.group, name="invoice", no_args_is_help=True)
app.add_typer(importing.group, name="import", no_args_is_help=True)
app.add_typer(ledger.ledgers, name="ledger", no_args_is_help=True)
app.add_typer(ledger.audits, name="audit", no_args_is_help=True)
app.add_typer(books.group, name="books", no_args_is_help=True)


def main() -> None:
    """Run a command: 0 when it was done, 1 when it was refused or failed, 2 for wrong usage."""
    as_json = "--json" in sys.argv
    try:
        logs.configure(Settings().log_level)
        app()
    except answer.Declined as declined:
        answer.refused(declined, as_json)
        sys.exit(1)
    except EXPECTED as failure:
        sentence = told(failure)
        if sentence is None:
            raise
        answer.failed(sentence, as_json)
        sys.exit(2 if isinstance(failure, ValidationError) else 1)


EXPECTED = (
    answer.Stopped,
    UnknownTenant,
    EmbeddedError,
    ServerTooOld,
    DatabaseTooNew,
    ValidationError,
    psycopg.Error,
    OSError,
)


def told(failure: Exception) -> str | None:
    """What went wrong, in a sentence without a traceback; none when it is a fault of ours."""
    match failure:
        case UnknownTenant():
            return f"No tenant {failure}; `polaris tenant list` shows all."
        case ValidationError():
            wrong = failure.errors()[0]
            return f"{'_'.join(('POLARIS', *map(str, wrong['loc']))).upper()}: {wrong['msg']}."
        case psycopg.OperationalError() | psycopg.errors.InsufficientPrivilege():
            return f"The database cannot be used: {first_line(failure)}"
        case psycopg.Error(sqlstate=None):  # what was asked never reached a server
            return f"The database URL cannot be used: {first_line(failure)}"
        case psycopg.Error():
            return None
        case OSError(filename=str(name)):
            return f"{name}: {failure.strerror}."
    return str(failure)


def first_line(failure: Exception) -> str:
    """The first line of what was said; the rest are hints for administrators of servers."""
    return str(failure).strip().partition("\n")[0]
