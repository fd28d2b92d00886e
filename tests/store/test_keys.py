"""API keys as they are stored, and as clients send them."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from faults.world import opened, tenant
from polaris.engine import new_id, now
from polaris.keys import ApiKey, KeyScope, KnownKey
from polaris.store.engine.write import create_api_key, revoke_api_key
from polaris.store.read.api_keys import find, listed
from polaris.store.server.database import Database, EngineConnection


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture
def connection(database: Database) -> Iterator[EngineConnection]:
    with database.connect() as connection:
        yield connection


def create_key(
    connection: EngineConnection, tenant_id: str, *scopes: KeyScope, name: str = "shop"
) -> ApiKey:
    key, wanted = ApiKey.new(), [scopes] if scopes else []
    create_api_key(connection, tenant_id, new_id(), name, key, now(), *wanted)
    return key


def stored_key(connection: EngineConnection, key: ApiKey) -> KnownKey:
    found = find(connection, key.client_id)
    assert found
    return found


def test_a_key_is_found_by_its_public_part(
    database: Database, connection: EngineConnection
) -> None:
    tenant_id = tenant(database)
    key, other = create_key(connection, tenant_id), create_key(connection, tenant_id)
    found = stored_key(connection, key)
    assert (found.tenant_id, found.name, found.prefix) == (tenant_id, "shop", key.client_id)
    assert found.scopes == (KeyScope.READ, KeyScope.WRITE)
    assert found.opens(key)
    assert not found.opens(other)
    assert not found.opens(ApiKey(key.client_id, other.client_secret))
    assert find(connection, ApiKey.new().client_id) is None
    assert find(connection, "") is None


@pytest.mark.parametrize("scope", list(KeyScope))
def test_one_scope_does_not_include_the_other(
    database: Database, connection: EngineConnection, scope: KeyScope
) -> None:
    key = create_key(connection, tenant(database), scope)
    assert [one for one in KeyScope if stored_key(connection, key).may(one)] == [scope]


def test_a_revoked_key_opens_nothing_and_stays_so(
    database: Database, connection: EngineConnection
) -> None:
    tenant_id = tenant(database)
    key, beside = create_key(connection, tenant_id), create_key(connection, tenant_id)
    key_id, at = stored_key(connection, key).id, now()
    assert not revoke_api_key(connection, tenant(database), key_id, at)  # another's
    assert stored_key(connection, key).opens(key)
    assert revoke_api_key(connection, tenant_id, key_id, at)
    assert not revoke_api_key(connection, tenant_id, key_id, at + timedelta(hours=1))
    assert stored_key(connection, key).revoked_at == at
    assert not stored_key(connection, key).opens(key)
    assert stored_key(connection, beside).opens(beside)


def test_a_tenant_sees_its_own_keys(database: Database, connection: EngineConnection) -> None:
    tenant_id, other = tenant(database), tenant(database)
    mine = [create_key(connection, tenant_id, name=f"key {number}") for number in range(3)]
    create_key(connection, other)
    revoke_api_key(connection, tenant_id, stored_key(connection, mine[1]).id, now())
    names = [(key.name, key.revoked_at is None) for key in listed(connection, tenant_id)]
    assert names == [("key 0", True), ("key 1", False), ("key 2", True)]
    assert listed(connection, new_id()) == []


def test_a_public_part_belongs_to_one_key(database: Database, connection: EngineConnection) -> None:
    """A prefix is unique across tenants, because only the key tells a request's tenant."""
    key = create_key(connection, tenant(database))
    with pytest.raises(psycopg.errors.UniqueViolation):
        create_api_key(connection, tenant(database), new_id(), "again", key, now())


WHOLE = f"plr_{'0a' * 8}_{'1b' * 32}"


def test_a_whole_key_has_two_parts() -> None:
    key = ApiKey.new()
    assert ApiKey.parse(key.whole) == key
    assert ApiKey.parse(WHOLE) == ("plr_0a0a0a0a0a0a0a0a", "1b" * 32)
    assert ApiKey.new() != key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plr_",
        WHOLE[:-1],
        WHOLE + "0",
        WHOLE + "\n",
        " " + WHOLE,
        WHOLE.upper(),
        WHOLE.replace("plr_", "sk_"),
        WHOLE.rpartition("_")[0],
        WHOLE[:-1] + "٣",
        WHOLE[:-1] + "\0",
        WHOLE.replace("_", "-"),
        "x" * 100_000,
    ],
)
def test_what_is_no_key_of_ours_is_none(text: str) -> None:
    assert ApiKey.parse(text) is None
