"""Tenants are made with a key, and listed."""

import hashlib

import pytest

from cli.terminal import polaris
from polaris.store.database import Database


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
