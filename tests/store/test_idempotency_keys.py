"""A key keeps its first fingerprint and its first answer."""

from collections.abc import Iterator

import psycopg
import pytest

from faults.world import opened, tenant
from polaris.engine import new_id, now
from polaris.store.idempotency_keys import (
    Connection,
    KeptAnswer,
    any_performed,
    claim,
    find,
    keep_answer,
)

FIRST, OTHER = KeptAnswer(200, "text/plain", b"first \0"), KeptAnswer(404, None, b"")


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with opened(database_url) as database, database.connect() as connection:
        yield connection


@pytest.fixture
def tenants(database_url: str) -> tuple[str, str]:
    with opened(database_url) as database:
        return tenant(database), tenant(database)


def test_the_first_claim_stands(connection: Connection, tenants: tuple[str, str]) -> None:
    """Each tenant has its own keys."""
    at, (ours, theirs) = now(), tenants
    first = claim(connection, ours, "k", "f1", at)
    assert (first.fingerprint, first.claimed_at, first.first) == ("f1", at, True)
    assert claim(connection, ours, "k", "f2", now()) == first._replace(first=False)
    assert claim(connection, theirs, "k", "f2", at).first
    assert claim(connection, ours, "l", "f2", at).first
    assert find(connection, theirs, "l") is None


def test_the_first_answer_stands(connection: Connection, tenants: tuple[str, str]) -> None:
    ours, theirs = tenants
    for tenant_id in tenants:
        claim(connection, tenant_id, "k", "f", now())
    assert keep_answer(connection, ours, "k", FIRST) is FIRST
    assert keep_answer(connection, ours, "k", OTHER) == FIRST
    assert claim(connection, ours, "k", "f", now()).answer == FIRST
    kept = find(connection, theirs, "k")
    assert kept and kept.answer is None
    assert keep_answer(connection, theirs, "k", OTHER) is OTHER
    assert claim(connection, theirs, "k", "f", now()).answer == OTHER


def test_half_an_answer_is_none(connection: Connection, tenants: tuple[str, str]) -> None:
    claim(connection, tenants[0], "k", "f", now())
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("update idempotency_key set status = 200")


def test_which_commands_were_performed(connection: Connection, tenants: tuple[str, str]) -> None:
    ours, theirs = tenants
    connection.execute(
        "insert into command (tenant_id, id, key, fingerprint, at) values (%s, %s, %s, %s, %s)",
        [ours, new_id(), "k/VoidInvoice/0", "f", now()],
    )
    assert any_performed(connection, ours, ["k/LoseDispute/0", "k/VoidInvoice/0"])
    assert not any_performed(connection, ours, ["k/LoseDispute/0"])
    assert not any_performed(connection, theirs, ["k/VoidInvoice/0"])
