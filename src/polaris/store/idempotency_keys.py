"""Idempotency keys of HTTP callers: what was asked under each, and what was answered."""

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
    """What was asked first under a key. It blocks nobody: who repeats it may go on."""

    fingerprint: str  # of the first request
    claimed_at: datetime  # when the first request came
    first: bool  # True if this is the first request under the key
    answer: KeptAnswer | None = None  # None: not answered yet, or the server died before


def claim(
    connection: Connection, tenant_id: str, key: str, fingerprint: str, claimed_at: datetime
) -> Claim:
    """Record what is asked under a key, unless something was before; the caller commits."""
    values = {"t": tenant_id, "key": key, "fingerprint": fingerprint, "claimed_at": claimed_at}
    first = _CLAIM.run(connection, values).fetchone() is not None
    return _found(connection, tenant_id, key, first)


def keep_answer(connection: Connection, tenant_id: str, key: str, answer: KeptAnswer) -> KeptAnswer:
    """Keep the answer to a claimed key. Returns the answer kept first; the caller commits."""
    values: dict[str, object] = {"t": tenant_id, "key": key, **answer._asdict()}
    if _KEEP.run(connection, values).fetchone() is not None:
        return answer
    return _found(connection, tenant_id, key, first=False).answer or answer


def find(connection: Connection, tenant_id: str, key: str) -> Claim | None:
    """What was asked under a key, or None when it was never used."""
    row = _FIND.run(connection, {"t": tenant_id, "key": key}).fetchone()
    if row is None:
        return None
    fingerprint, claimed_at, status, media_type, body = row
    answer = None if status is None else KeptAnswer(status, media_type, bytes(body))
    return Claim(fingerprint, claimed_at, first=False, answer=answer)


def any_performed(connection: Connection, tenant_id: str, keys: list[str]) -> bool:
    """True if a command was performed under one of these keys, whether it was done or refused."""
    row = _PERFORMED.run(connection, {"t": tenant_id, "keys": keys}).fetchone()
    return bool(row and row[0])


def _found(connection: Connection, tenant_id: str, key: str, first: bool) -> Claim:
    claimed = find(connection, tenant_id, key)
    if claimed is None:
        raise AssertionError("a claim that was recorded cannot be gone")
    return claimed._replace(first=first)
