"""Tenants are created with a key, listed, shown and changed."""

import hashlib

import pytest

from cli.terminal import polaris
from polaris.store.server.database import Database


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


# ---------------------------------------------------------------- settings


def made(database: Database, *options: str) -> str:
    """Create a tenant. Return its id."""
    place = ("--json", "--database-url", database.url)
    return str(polaris("tenant", "create", "Äcme 24/7", *options, *place).json["tenant_id"])


def settings(database: Database, tenant_id: str) -> dict[str, object]:
    shown = polaris("tenant", "show", tenant_id, "--json", "--database-url", database.url).json
    assert isinstance(shown["settings"], dict)
    return shown["settings"]


def test_a_tenant_can_number_as_lago_does(database: Database) -> None:
    tenant_id = made(database, "--numbering", "lago")
    kept = settings(database, tenant_id)
    assert kept["invoice_format"] == f"CME-{tenant_id[-4:].upper()}-{{customer}}-{{next:03}}"
    assert (kept["invoice_scope"], kept["note_scope"]) == ("customer", "invoice")
    assert kept["note_format"] == "{invoice}-CN{next:03}"
    assert settings(database, made(database))["invoice_format"] == "INV-{next:06}"


def test_a_tenants_settings_can_be_changed(database: Database) -> None:
    place = ("--database-url", database.url)
    tenant_id = made(database)
    changes = (
        *("name=Other [x]", "currency=EUR", "timezone=Europe/Berlin", "payment_term_days=30"),
        *("void_reasons=a, b", "void_reason_required=yes", "lago.notes_on_void=back"),
    )
    ended = polaris("tenant", "set", tenant_id, *changes, "--json", *place)
    assert ended.json["changed"]["payment_term_days"] == {"before": 0, "after": 30}
    assert len(ended.json["changed"]) == len(changes)
    kept = settings(database, tenant_id)
    assert (kept["void_reasons"], kept["void_reason_required"]) == (["a", "b"], True)
    said = polaris("tenant", "set", tenant_id, "void_reasons=", "invoice_format=R{next}", *place)
    assert "INV-{next:06} → R{next}" in said.out
    assert "a,b → none" in said.out
    again = polaris("tenant", "set", tenant_id, "invoice_format=R{next}", *place)
    assert again.out == "Nothing changed: the tenant already has these values.\n"
    shown = polaris("tenant", "show", tenant_id, *place).out
    assert "Other [x]" in shown
    assert "until an invoice is due" in " ".join(shown.split())
    with database.connect() as connection:
        query = "select actor, outcome from audit where tenant_id = %s and command = 'SaveTenant'"
        lines = connection.execute(query, [tenant_id]).fetchall()
    assert [outcome for _, outcome in lines] == ["done"] * 3
    assert lines[0][0].startswith("cli:")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("colour=red", "unknown_setting"),
        ("payment_term_days=soon", "setting_not_possible"),
        ("payment_term_days=-1", "setting_not_possible"),
        ("void_reason_required=perhaps", "setting_not_possible"),
        ("invoice_scope=nobody", "setting_not_possible"),
        ("invoice_format=INV", "format_not_possible"),
        ("currency=eur", "unknown_currency"),
        ("timezone=Berlin", "unknown_timezone"),
        ("name=", "value_missing"),
    ],
)
def test_wrong_settings_are_refused(database: Database, wrong: str, code: str) -> None:
    asked = ("tenant", "set", made(database), wrong)
    ended = polaris(*asked, "--json", "--database-url", database.url)
    assert ended.code == 1
    assert [one["code"] for one in ended.json["refusals"]] == [code]


@pytest.mark.parametrize("wrong", [("currency",), ("name=A", "name=B")])
def test_malformed_changes_are_wrong_usage(database: Database, wrong: tuple[str, ...]) -> None:
    ended = polaris("tenant", "set", made(database), *wrong, "--database-url", database.url)
    assert ended.code == 2
    assert "NAME=VALUE" in ended.err
