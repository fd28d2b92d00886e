"""Payment providers are connected on the command line; their secrets are stored encrypted."""

import json
import subprocess

from cli.books import Books
from cli.terminal import ENVIRONMENT, POLARIS, Ended
from polaris.encryption import Encryption
from polaris.payments.accounts import connected_providers
from polaris.payments.stripe.provider import StripeProvider
from polaris.store.provider_accounts import provider_accounts
from polaris.store.read.audit_log import AuditSearch, audit_page
from polaris.store.read.keyset import Window

KEY = "YSBrZXkgb2YgdGhlIHRlc3RzLCBvZiAzMiBieXRlcyE="


def connect(books: Books, lines: str, *options: str, key: str = KEY) -> Ended:
    """Connect Stripe with these lines as the standard input."""
    place = ("--tenant", books.tenant_id, "--database-url", books.database.url)
    command = [str(POLARIS), "provider", "connect", "stripe", "--key-stdin", *options, *place]
    ended = subprocess.run(
        command,
        input=lines,
        env=ENVIRONMENT | {"POLARIS_ENCRYPTION_KEY": key},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def test_a_provider_is_connected_rotated_and_disconnected(books: Books) -> None:
    assert "No provider is connected" in books.run("provider", "list").out
    made = connect(books, "rk_test_first\nwhsec_first\n", "--webhook-secret-stdin", "--json").json
    assert (made["provider"], made["live"], made["webhook_secret_known"]) == ("stripe", False, True)
    assert made["webhook_path"] == f"/providers/stripe/{books.tenant_id}/webhook"
    again = connect(books, "rk_live_second\n", "--api-base", "http://127.0.0.1:1", "--json").json
    assert (again["live"], again["webhook_secret_known"]) == (True, True)
    assert again["connected_at"] == made["connected_at"]
    with books.database.connect() as connection:
        found = connected_providers(connection, Encryption((KEY,)), books.tenant_id)
    assert found == {"stripe": StripeProvider("rk_live_second", "http://127.0.0.1:1")}
    [listed] = books.run("provider", "list", "--json").json
    assert listed == again
    assert books.run("provider", "disconnect", "stripe", "--json").json["done"]
    assert books.run("provider", "list", "--json").json == []
    assert "not connected" in books.run("provider", "disconnect", "stripe").err


def test_no_secret_is_stored_or_audited_in_clear_text(books: Books) -> None:
    connect(books, "rk_test_hidden\nwhsec_hidden\n", "--webhook-secret-stdin")
    with books.database.connect() as connection:
        [account] = provider_accounts(connection, books.tenant_id)
        audited = audit_page(connection, books.tenant_id, AuditSearch(), Window()).rows
    assert "hidden" not in str(account)
    [line] = [row for row in audited if row.command == "ConnectProvider"]
    assert "hidden" not in str(line)
    assert line.actor.startswith("cli")
    assert "hidden" not in books.run("provider", "list", "--json").out


def test_what_is_no_key_no_url_or_not_encryptable_is_refused(books: Books) -> None:
    for lines, options, key, sentence in (
        ("hello\n", (), KEY, "not a key of Stripe"),
        ("", (), KEY, "The key is empty."),
        ("rk_test_1234\n", ("--api-base", "ftp://x"), KEY, "The URL of the API"),
        ("rk_test_1234\n", (), "", "POLARIS_ENCRYPTION_KEY"),
        ("rk_test_1234\n", (), "short", "not valid"),
    ):
        ended = connect(books, lines, *options, "--json", key=key)
        assert ended.code == 1
        assert sentence in json.loads(ended.out)["error"]
    missing = connect(books, "rk_test_1234\n", "--webhook-secret-stdin")
    assert (missing.code, "no webhook secret" in missing.err) == (2, True)
    unknown = books.run("provider", "disconnect", "paypal", "--json")
    assert unknown.code == 1
    assert books.run("provider", "list", "--json").json == []
