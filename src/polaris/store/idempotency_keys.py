"""Idempotency keys of HTTP callers, each with the fingerprint of its request and its answer."""

from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from polaris.store.sql import blocks, statement

Connection = psycopg.Connection[Any]

BLOCKS = blocks("idempotency_keys.sql")

_CLAIM = statement(BLOCKS["claim_idempotency_key"])
_FIND = statement(BLOCKS["idempotency_key"])
_KEEP = statement(BLOCKS["keep_answer"])
_PERFORMED = statement(BLOCKS["commands_under_keys"])


class KeptAnswer(NamedTuple):
    """An HTTP answer as it was sent."""

    status: int
    media_type: str | None
    body: bytes


class Claim(NamedTuple):
    """The first request with a key. It blocks no one: a repeated request may continue the work."""

    fingerprint: str  # of the first request
    claimed_at: datetime  # when the first request came
    first: bool  # True if this is the first request with the key
    answer: KeptAnswer | None = None  # None if not answered yet, or the server died before


def claim(
    connection: Connection, tenant_id: str, key: str, fingerprint: str, claimed_at: datetime
) -> Claim:
    """Record the request of a key, unless the key is already used. The caller commits."""
    values = {"t": tenant_id, "key": key, "fingerprint": fingerprint, "claimed_at": claimed_at}
    first = _CLAIM.run(connection, values).fetchone() is not None
    return _stored_claim(connection, tenant_id, key, first)


def keep_answer(connection: Connection, tenant_id: str, key: str, answer: KeptAnswer) -> KeptAnswer:
    """Store the answer of a claimed key. Return the answer stored first. The caller commits."""
    values: dict[str, object] = {"t": tenant_id, "key": key, **answer._asdict()}
    if _KEEP.run(connection, values).fetchone() is not None:
        return answer
    return _stored_claim(connection, tenant_id, key, first=False).answer or answer


def find(connection: Connection, tenant_id: str, key: str) -> Claim | None:
    """Return the claim of a key, or None if the key was never used."""
    row = _FIND.run(connection, {"t": tenant_id, "key": key}).fetchone()
    if row is None:
        return None
    fingerprint, claimed_at, status, media_type, body = row
    answer = None if status is None else KeptAnswer(status, media_type, bytes(body))
    return Claim(fingerprint, claimed_at, first=False, answer=answer)


def any_performed(connection: Connection, tenant_id: str, keys: list[str]) -> bool:
    """True if a command with one of these keys was performed, done or refused."""
    row = _PERFORMED.run(connection, {"t": tenant_id, "keys": keys}).fetchone()
    return bool(row and row[0])


def _stored_claim(connection: Connection, tenant_id: str, key: str, first: bool) -> Claim:
    claimed = find(connection, tenant_id, key)
    if claimed is None:
        raise AssertionError("a recorded claim is missing")
    return claimed._replace(first=first)
