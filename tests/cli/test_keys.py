"""Keys are created, listed and revoked. No secret is shown twice, and everything is audited."""

from typing import Any

import pytest

from cli.books import Books
from cli.terminal import polaris
from polaris.audit.sealer import seal_pending
from polaris.engine import new_id
from polaris.keys import ApiKey, KeyScope, KnownKey
from polaris.store.read.api_keys import find
from polaris.store.server.database import Database


def kept(books: Books, prefix: str) -> KnownKey:
    with books.database.connect() as connection:
        key = find(connection, prefix)
    assert key
    return key


def audited(books: Books) -> list[tuple[Any, ...]]:
    """Return the audit lines about keys."""
    query = """
        select command, subject_id::text, outcome, actor like 'cli%%', request::text from audit
         where tenant_id = %(t)s and command like '%%ApiKey' order by at"""
    with books.database.connect() as connection:
        return connection.execute(query, {"t": books.tenant_id}).fetchall()


def test_a_key_is_made_and_opens(books: Books) -> None:
    made = books.run("key", "create", "web [shop]", "--json").json
    key = ApiKey.parse(made["api_key"])
    assert key == ApiKey(made["client_id"], made["client_secret"])
    known = kept(books, key.client_id)
    assert known.opens(key)
    assert (known.tenant_id, known.id, known.name) == (books.tenant_id, made["id"], "web [shop]")
    assert made["scopes"] == ["read", "write"] == list(known.scopes)


@pytest.mark.parametrize(
    ("options", "scopes"),
    [
        (("--scope", "read"), ["read"]),
        (("--scope", "write"), ["write"]),
        (("--scope", "write", "--scope", "read"), ["read", "write"]),
        (("--scope", "read", "--scope", "read"), ["read"]),
    ],
)
def test_a_key_may_do_what_its_scopes_name(
    books: Books, options: tuple[str, ...], scopes: list[str]
) -> None:
    """A key for writing cannot read, unless it also has the scope read."""
    made = books.run("key", "create", "narrow", *options, "--json").json
    known = kept(books, made["prefix"])
    assert made["scopes"] == scopes
    assert [scope for scope in KeyScope if known.may(scope)] == scopes


def test_people_see_the_whole_key_once(books: Books) -> None:
    told = books.run("key", "create", "[red]web").out
    [whole] = [word for word in told.split() if ApiKey.parse(word)]
    secret = whole.rpartition("_")[2]
    assert "[red]web (read, write)" in told
    listed = books.run("key", "list")
    assert whole.removesuffix(f"_{secret}") in listed.out and "[red]web" in listed.out
    assert secret not in listed.out + books.run("key", "list", "--json").out


def test_keys_are_listed_with_their_revocation(books: Books) -> None:
    empty = books.run("key", "list")
    assert (empty.code, books.run("key", "list", "--json").json) == (0, [])
    assert f"polaris key create NAME --tenant {books.tenant_id}" in empty.out
    one = books.run("key", "create", "one", "--json").json
    two = books.run("key", "create", "two", "--scope", "read", "--json").json
    books.run("key", "revoke", one["id"])
    listed = books.run("key", "list", "--json").json
    assert [key["id"] for key in listed] == [one["id"], two["id"]]
    assert [bool(key["revoked_at"]) for key in listed] == [True, False]
    assert not {"hash", "client_secret", "api_key"} & set(listed[0])


@pytest.mark.parametrize("by", ["id", "prefix", "api_key"])
def test_a_key_is_revoked_once(books: Books, by: str) -> None:
    made = books.run("key", "create", "shop", "--json").json
    first = books.run("key", "revoke", made[by], "--json").json
    known = kept(books, made["prefix"])
    assert (first["done"], first["already"], first["id"]) == (True, False, made["id"])
    assert known.revoked_at and not known.opens(ApiKey(made["client_id"], made["client_secret"]))
    again = books.run("key", "revoke", made[by], "--json").json
    assert (again["done"], again["already"]) == (True, True)
    assert again["revoked_at"] == first["revoked_at"]
    told = books.run("key", "revoke", made[by])
    assert (told.code, "already revoked" in told.out) == (0, True)
    assert kept(books, made["prefix"]).revoked_at == known.revoked_at
    assert len(audited(books)) == 2


def test_each_making_and_revoking_is_audited(books: Books) -> None:
    made = books.run("key", "create", "shop", "--scope", "read", "--json").json
    books.run("key", "revoke", made["prefix"])
    lines = audited(books)
    assert [line[:4] for line in lines] == [
        ("CreateApiKey", made["id"], "done", True),
        ("RevokeApiKey", made["id"], "done", True),
    ]
    hashed = kept(books, made["prefix"]).hash
    for *_, asked in lines:
        assert made["prefix"] in asked and '"scopes":["read"]' in asked
        assert made["client_secret"] not in asked and hashed not in asked
    with books.database.connect() as connection:
        seal_pending(connection, books.tenant_id)
    assert "2 lines are sealed" in books.run("audit", "verify").out


def test_another_tenants_key_is_no_key(books: Books, database: Database) -> None:
    made = books.run("key", "create", "shop", "--json").json
    other = Books(database)
    refused = other.run("key", "revoke", made["prefix"])
    assert (refused.code, refused.out) == (1, "")
    assert f"No key {made['prefix']}" in refused.err
    assert kept(books, made["prefix"]).revoked_at is None
    assert other.run("key", "list", "--json").json == []


def test_unknown_keys_and_tenants_are_errors(books: Books) -> None:
    refused = books.run("key", "revoke", "plr_none", "--json")
    assert (refused.code, refused.json["done"]) == (1, False)
    nobody = new_id()
    for words in (["list"], ["create", "shop"], ["revoke", "plr_none"]):
        place = ("--tenant", nobody, "--database-url", books.database.url)
        ended = polaris("key", *words, *place)
        assert (ended.code, ended.out) == (1, "")
        assert f"No tenant {nobody}" in ended.err


def test_a_leaked_key_is_not_repeated(books: Books) -> None:
    """The printed text may end up in a log."""
    key = ApiKey.new()
    refused = books.run("key", "revoke", key.whole)
    assert (refused.code, key.client_id in refused.err) == (1, True)
    assert key.client_secret not in refused.err


@pytest.mark.parametrize("wrong", [("",), ("  ",), ("x" * 501,), ("x", "--scope", "admin")])
def test_a_key_needs_a_name_and_known_scopes(books: Books, wrong: tuple[str, ...]) -> None:
    assert books.run("key", "create", *wrong).code == 2
    assert books.run("key", "list", "--json").json == []
