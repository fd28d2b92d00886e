"""What holds for every command: help, usage, and failures in a sentence."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer
from typer.testing import CliRunner

from cli.books import Books
from cli.terminal import polaris, script
from polaris import __version__
from polaris.cli import app
from polaris.cli.invoices import minor
from polaris.store.server.database import Database

NOBODY = "00000000-0000-0000-0000-000000000000"


def commands(group: object, *words: str) -> Iterator[tuple[str, list[str]]]:
    """Every command by its words, with its options."""
    below = getattr(group, "commands", None)
    if below is None:
        options = [option for one in getattr(group, "params", ()) for option in one.opts]
        yield " ".join(words), options
    for word, one in (below or {}).items():
        yield from commands(one, *words, word)


EVERY = dict(commands(typer.main.get_command(app)))


def test_the_commands_are_those_that_scripts_rely_on() -> None:
    assert EVERY.keys() >= {
        "serve",
        "demo",
        "migrate",
        "tenant create",
        "tenant list",
        "import online-retail",
        "invoice list",
        "invoice show",
        "invoice finalize",
        "invoice void",
        "invoice explain",
        "invoice preview",
        "ledger verify",
        "ledger trial-balance",
        "audit verify",
        "books close",
        "books reopen",
    }


WITHOUT_BOOKS = ("webhook listen",)
"""Commands that open no database."""


@pytest.mark.parametrize("command", [name for name in EVERY if name not in WITHOUT_BOOKS])
def test_every_command_says_where_the_books_are(command: str) -> None:
    assert {"--data-dir", "--database-url"} <= set(EVERY[command])


@pytest.mark.parametrize("command", ["", *EVERY])
def test_every_command_explains_itself(command: str) -> None:
    told = CliRunner().invoke(app, [*command.split(), "--help"], prog_name="polaris")
    assert told.exit_code == 0
    assert f"Usage: polaris {command}" in told.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["invoice", "list", "--tenant", NOBODY, "--status", "paid"],
        ["invoice", "list", "--tenant", NOBODY, "--limit", "0"],
        ["books", "close", "yesterday", "--tenant", NOBODY],
        ["tenant", "list", "--data-dir", "x", "--database-url", "postgresql://x"],
        ["serve", "--port", "65536"],
        ["serve", "--workers", "0"],
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    ended = CliRunner().invoke(app, arguments, prog_name="polaris")
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert "Usage: polaris" in ended.stderr


def test_the_program_ends_with_2_too() -> None:
    ended = script("nonsense", "--json")
    assert (ended.code, ended.out) == (2, "")


def test_an_amount_that_cannot_be_paid_is_wrong_usage(books: Books) -> None:
    for amount in ("1.234", "many", "nan", "Infinity"):
        with pytest.raises(typer.BadParameter):
            minor(amount, "EUR", "--refund")
    assert minor("1234", "JPY", "--refund") == 1234
    assert minor("1.234", "KWD", "--refund") == 1234
    invoice = books.invoice()
    assert books.run("invoice", "void", invoice, "--refund", "1.234").code == 2
    assert books.run("invoice", "void", invoice, "--refund", "-1").code == 1


def test_a_wrong_setting_is_named() -> None:
    ended = script("tenant", "list", env={"POLARIS_PORT": "http"})
    assert ended.code == 2
    assert "POLARIS_PORT" in ended.err


@pytest.mark.parametrize("tenant_id", [NOBODY, "nobody"])
def test_a_wrong_tenant_is_named(database: Database, tenant_id: str) -> None:
    for words in (["invoice", "list"], ["ledger", "verify"]):
        ended = polaris(*words, "--tenant", tenant_id, "--database-url", database.url)
        assert (ended.code, ended.out) == (1, "")
        assert f"No tenant {tenant_id}" in ended.err


def test_a_wrong_invoice_is_named(books: Books) -> None:
    for word, named in (("show", "INV-000099"), ("void", NOBODY), ("finalize", "INV-000099")):
        ended = books.run("invoice", word, named)
        assert (ended.code, ended.out) == (1, "")
        assert f"No invoice {named}" in ended.err


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:1/none", "no url at all"])
def test_a_database_that_is_away_is_said_in_a_line(url: str) -> None:
    plain = polaris("tenant", "list", "--database-url", url)
    assert (plain.code, plain.out, plain.err.count("\n")) == (1, "", 1)
    told = polaris("tenant", "list", "--json", "--database-url", url)
    assert told.code == 1
    assert "database" in told.json["error"]


def test_an_empty_database_says_what_to_do_next(own_database_url: str) -> None:
    for words in (["tenant", "list"], ["ledger", "verify"], ["audit", "verify"]):
        ended = polaris(*words, "--database-url", own_database_url)
        assert ended.code == 0
        assert "polaris tenant create" in ended.out


def test_migrating_says_what_was_applied(blank_url: str) -> None:
    first = script("migrate", "--json", "--database-url", blank_url)
    assert first.json["applied"]
    assert polaris("migrate", "--json", "--database-url", blank_url).json == {"applied": []}


def test_the_version_is_printed() -> None:
    told = CliRunner().invoke(app, ["--version"], prog_name="polaris")
    assert (told.exit_code, told.stdout) == (0, f"polaris {__version__}\n")


def test_the_only_tenant_needs_no_name(own_database_url: str) -> None:
    place = ("--database-url", own_database_url)
    none = polaris("invoice", "list", *place)
    assert (none.code, "polaris tenant create" in none.err) == (1, True)
    first = polaris("tenant", "create", "One", "--json", *place).json["tenant_id"]
    assert polaris("invoice", "list", "--json", *place).code == 0
    assert polaris("books", "close", "2020-01-31", *place).code == 0
    assert "closed through 2020-01-31" in polaris("books", "close", "2020-01-31", *place).out
    polaris("tenant", "create", "Two", *place)
    several = polaris("invoice", "list", *place)
    assert (several.code, "There are 2 tenants" in several.err) == (1, True)
    usual = {"POLARIS_TENANT": first}
    assert script("key", "list", "--json", *place, env=usual).code == 0
    unknown = script("key", "list", "--tenant", NOBODY, *place, env=usual)
    assert f"No tenant {NOBODY}" in unknown.err


def test_a_command_starts_without_what_only_servers_and_workers_need() -> None:
    """Each of these takes a third of a second or more to import."""
    slow = ("fastapi", "stripe", "procrastinate", "sqlalchemy", "jinja2", "typst")
    program = f"import sys, polaris.cli; print([one for one in {slow} if one in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.stdout == "[]\n", ended.stderr
