"""Every command: what it prints, what it changes, and how it ends."""

import hashlib
import lzma
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli.terminal import Ended, polaris
from faults.world import customers, done, drafts, invoices, opened
from polaris.cli import app
from polaris.cli.invoices import minor
from polaris.core.commands import ReceivePayment
from polaris.core.tenant import Settings
from polaris.engine import Engine, new_id, now
from polaris.store.database import Database
from polaris.store.postgres import create_tenant

NOBODY = "00000000-0000-0000-0000-000000000000"


class Books:
    """One tenant's books in a database, and the commands over them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.engine = Engine(database, connections=1)
        self.tenant_id = new_id()
        with database.connect() as connection:
            create_tenant(connection, self.tenant_id, "Print", "EUR", "UTC", Settings(), now())

    def run(self, *arguments: str) -> Ended:
        """A command on these books."""
        place = ("--tenant", self.tenant_id, "--database-url", self.database.url)
        return polaris(*arguments, *place)

    def draft(self) -> str:
        """A draft of 12.00."""
        customer = customers(self.engine, self.tenant_id, 1)
        return drafts(self.engine, self.tenant_id, customer, 1)[0]

    def invoice(self, paid_minor: int = 0) -> str:
        """An invoice over 12.00, paid so far."""
        customer = customers(self.engine, self.tenant_id, 1)
        [invoice_id] = invoices(self.engine, self.tenant_id, customer, 1)
        if paid_minor:
            paying = ReceivePayment(
                payment_id=new_id(),
                currency="EUR",
                amount_minor=paid_minor,
                apply_to={invoice_id: paid_minor},
            )
            done(self.engine, self.tenant_id, [paying])
        return invoice_id


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database)


# ---------------------------------------------------------------------------------- tenants


def test_a_tenant_gets_a_key_of_which_only_a_hash_is_kept(database: Database) -> None:
    ended = polaris("tenant", "create", "Acme [x]", "--json", "--database-url", database.url)
    made = ended.json
    assert list(made) == ["tenant_id", "api_key", "client_id", "client_secret"]
    assert made["api_key"] == f"{made['client_id']}_{made['client_secret']}"
    with database.connect() as connection:
        query = "select to_jsonb(k)::text, k.hash from api_key k where prefix = %s"
        [(kept, hashed)] = connection.execute(query, [made["client_id"]]).fetchall()
    assert made["client_secret"] not in kept
    assert hashed == hashlib.sha256(made["client_secret"].encode()).hexdigest()
    listed = polaris("tenant", "list", "--json", "--database-url", database.url).json
    [acme] = [one for one in listed if one["id"] == made["tenant_id"]]
    assert (acme["name"], acme["currency"], acme["timezone"]) == ("Acme [x]", "USD", "UTC")


def test_names_are_shown_as_they_are(database: Database) -> None:
    """Square brackets are markup to the library that draws the tables."""
    place = ("--database-url", database.url)
    assert "[red]Acme" in polaris("tenant", "create", "[red]Acme", *place).out
    assert "[red]Acme" in polaris("tenant", "list", *place).out


@pytest.mark.parametrize(
    "wrong", [("--currency", "eur"), ("--currency", "XYZ"), ("--timezone", "Berlin")]
)
def test_a_tenant_needs_a_real_currency_and_zone(
    database: Database, wrong: tuple[str, str]
) -> None:
    ended = polaris("tenant", "create", "Acme", *wrong, "--database-url", database.url)
    assert ended.code == 2
    assert wrong[0] in ended.err


# ---------------------------------------------------------------------------------- invoices


def test_a_draft_is_finalized(books: Books) -> None:
    draft = books.draft()
    seen = books.run("invoice", "finalize", draft, "--preview", "--json").json
    assert (seen["done"], seen["invoice"]["status"]) == (False, "finalized")
    assert books.run("invoice", "show", draft, "--json").json["invoice"]["status"] == "draft"
    became = books.run("invoice", "finalize", draft, "--issue-date", "2026-01-31", "--json").json
    assert (became["done"], became["invoice"]["number"]) == (True, "INV-000001")
    assert became["invoice"]["issue_date"] == "2026-01-31"
    assert [entry["kind"] for entry in became["entries"]] == ["finalized"]
    shown = books.run("invoice", "show", "INV-000001", "--json").json
    assert shown["invoice"] == became["invoice"]
    assert [line["net_minor"] for line in shown["lines"]] == [1000]
    assert sum(tax["amount_minor"] for tax in shown["taxes"]) == 200


def test_a_paid_invoice_is_voided_with_refund_and_credit(books: Books) -> None:
    """Amounts are typed as people write them; what a preview shows is what is booked."""
    invoice = books.invoice(paid_minor=1200)
    policy = ("--refund", "7.00", "--credit", "5", "--reason", "duplicate", "--comment", "Twice.")
    seen = books.run("invoice", "void", invoice, *policy, "--preview", "--json").json
    became = books.run("invoice", "void", invoice, *policy, "--json").json
    assert booked(seen) == booked(became)
    assert {event["kind"] for event in became["events"]} >= {"invoice.voided", "refund.requested"}
    shown = books.run("invoice", "show", invoice, "--json").json
    assert [note["credit_minor"] for note in shown["credit_notes"]] == [500]
    assert [refund["amount_minor"] for refund in shown["refunds"]] == [700]
    assert (shown["invoice"]["void_reason"], shown["invoice"]["void_comment"]) == (
        "duplicate",
        "Twice.",
    )


def booked(told: dict[str, list[dict[str, list[dict[str, object]]]]]) -> list[tuple[object, ...]]:
    """What entries post, whatever their ids."""
    return [
        (posting["debit"], posting["credit"], posting["amount_minor"])
        for entry in told["entries"]
        for posting in entry["postings"]
    ]


def test_a_preview_shows_the_next_step_and_changes_nothing(books: Books) -> None:
    draft, invoice = books.draft(), books.invoice()
    assert "would be finalized" in books.run("invoice", "preview", draft).out
    assert "would be voided" in books.run("invoice", "preview", invoice).out
    statuses = {one["status"] for one in books.run("invoice", "list", "--json").json}
    assert statuses == {"draft", "finalized"}


def test_a_refused_void_says_why_and_what_instead(books: Books) -> None:
    invoice = books.invoice(paid_minor=300)
    void = ("invoice", "void", invoice, "--refund", "3.01")
    told = books.run(*void, "--json")
    assert told.code == 1
    [refusal] = told.json["refusals"]
    assert refusal["code"] == "refund_exceeds_cash"
    assert refusal["instead"]
    assert (refusal["details"]["asked_minor"], refusal["details"]["limit_minor"]) == (301, 300)
    plain = books.run(*void)
    assert (plain.code, plain.out) == (1, "")
    assert "3.01 EUR" in plain.err
    assert "Instead" in plain.err


def test_explain_tells_each_command(books: Books) -> None:
    invoice = books.invoice()
    told = {one["command"]: one for one in books.run("invoice", "explain", invoice, "--json").json}
    assert told["VoidInvoice"]["allowed"]
    assert [why["code"] for why in told["EditDraft"]["refusals"]] == ["not_a_draft"]
    assert "or void and regenerate it" in " ".join(
        books.run("invoice", "explain", invoice).out.split()
    )


def test_invoices_are_listed_by_status_and_page(books: Books) -> None:
    assert "polaris import" in books.run("invoice", "list").out
    books.draft()
    books.invoice()
    books.invoice()
    listed = books.run("invoice", "list", "--json").json
    assert [one["status"] for one in listed] == ["draft", "finalized", "finalized"]
    drafts_only = books.run("invoice", "list", "--status", "draft", "--json").json
    assert [one["number"] for one in drafts_only] == [None]
    assert len(books.run("invoice", "list", "--limit", "1", "--json").json) == 1
    assert "--limit" in books.run("invoice", "list", "--limit", "1").out


# ---------------------------------------------------------------------------------- the books


def test_the_books_are_closed_and_reopened(books: Books) -> None:
    closed = books.run("books", "close", "2026-01-31", "--json")
    assert closed.json == {"done": True, "closed_through": "2026-01-31"}
    draft = books.draft()
    refused = books.run("invoice", "finalize", draft, "--issue-date", "2026-01-31", "--json")
    assert [one["code"] for one in refused.json["refusals"]] == ["period_closed"]
    assert books.run("books", "close", "2025-12-31", "--json").code == 1
    assert books.run("books", "reopen", "2025-12-31", "--json").code == 0
    assert books.run("invoice", "finalize", draft, "--issue-date", "2026-01-31").code == 0


def test_sound_books_are_proved(books: Books) -> None:
    books.invoice(paid_minor=1200)
    proved = books.run("ledger", "verify", "--json")
    assert proved.json["ok"]
    [one] = proved.json["tenants"]
    assert (one["tenant_id"], one["ok"]) == (books.tenant_id, True)
    [summed] = books.run("ledger", "trial-balance", "--json").json["tenants"]
    balances = {row["account"]: row["balance_minor"] for row in summed["accounts"]}
    assert {name: balance for name, balance in balances.items() if balance} == {
        "CASH": 1200,
        "SALES": -1000,
        "SALES_TAXES_PAYABLE:VAT": -200,
    }
    assert "1,200.00" not in books.run("ledger", "trial-balance").out
    assert "12.00 EUR" in books.run("ledger", "trial-balance").out
    assert books.run("audit", "verify", "--json").json["ok"]


def test_books_that_were_tampered_with_are_not_proved(books: Books) -> None:
    books.invoice()
    assert books.run("audit", "verify").code == 0
    with books.database.connect() as connection:
        for table, change in (("posting", "amount_minor = 1"), ("audit", "actor = 'nobody'")):
            query = f"update {table} set {change} where tenant_id = %s"
            connection.execute(query.encode(), [books.tenant_id])
    ledger, audit = books.run("ledger", "verify", "--json"), books.run("audit", "verify", "--json")
    assert (ledger.code, ledger.json["ok"]) == (1, False)
    assert (audit.code, audit.json["ok"]) == (1, False)
    assert "FAILS" in books.run("ledger", "verify").out


# ---------------------------------------------------------------------------------- the import

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
FILE = HEADER + (
    "536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
    "C536379,85123A,HEART,-6,2010-12-01 09:41:00,2.55,17850,United Kingdom\n"
)


def test_a_file_is_imported_once(books: Books, tmp_path: Path) -> None:
    file = tmp_path / "retail.csv.xz"
    file.write_bytes(lzma.compress(FILE.encode()))
    told = books.run("import", "online-retail", str(file), "--json")
    assert told.code == 0
    assert (told.json["rows"], told.json["invoices"], told.json["voided"]) == (2, 1, 1)
    assert (told.json["billed_minor"], told.json["net_minor"]) == (1530, 0)
    again = books.run("import", "online-retail", str(file), "--json").json
    assert again | {"seconds": 0} == told.json | {"seconds": 0}
    shown = books.run("import", "online-retail", str(file))
    assert "15.30 GBP" in shown.out
    assert "polaris ledger verify" in shown.out


def test_a_file_that_is_none_is_refused(books: Books, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    for file in (tmp_path / "missing.csv", other):
        ended = books.run("import", "online-retail", str(file))
        assert ended.code == 1
        assert "Error:" in ended.err


# ---------------------------------------------------------------------------------- every command


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


@pytest.mark.parametrize("command", EVERY)
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
        ["invoice", "void", "INV-000001"],
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
    ended = polaris("nonsense", "--json")
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
    ended = polaris("tenant", "list", env={"POLARIS_PORT": "http"})
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
    first = polaris("migrate", "--json", "--database-url", blank_url)
    assert first.json["applied"]
    assert polaris("migrate", "--json", "--database-url", blank_url).json == {"applied": []}
