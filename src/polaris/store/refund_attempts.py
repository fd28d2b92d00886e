"""The calls of payment providers about refunds: one row each, which is also the lease to call.

A refund has at most one attempt without an end. Who has begun it works on the refund alone, until
the lease ends; so several workers can look for due refunds at the same time.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import psycopg
from msgspec import Raw

from polaris.core.facts.payment import Payment, Refund, RefundState
from polaris.store.read.rows import rows_found
from polaris.store.sql import QUERIES, blocks, statement

Connection = psycopg.Connection[Any]

BLOCKS = blocks("refund_attempts.sql")

_STATEMENTS = {
    name: statement(BLOCKS[name])
    for name in (
        "end_lost_attempt",
        "begin_attempt",
        "end_attempt",
        "attempts_of_refund",
        "states_at_provider",
    )
}


class AttemptCall(StrEnum):
    """What a payment provider is asked to do."""

    SEND = "send"  # to send the money
    FIND = "find"  # to tell what has become of a refund


class AttemptResult(StrEnum):
    """How a call ended."""

    REPORTED = "reported"  # the provider told the state of the refund
    MISSING = "missing"  # the provider does not have the refund
    NOT_TAKEN = "not_taken"  # the provider does not take requests now
    UNCLEAR = "unclear"  # nobody knows what the provider did
    WITHDRAWN = "withdrawn"  # the refund had changed; the provider was not called
    LOST = "lost"  # the program ended before it recorded an answer


class Attempt(NamedTuple):
    """One call of a provider about a refund. Times are UTC; the JSON texts contain no secret."""

    id: str
    refund_id: str
    provider: str
    call: AttemptCall
    started_at: datetime
    lease_until: datetime
    ended_at: datetime | None = None
    result: AttemptResult | None = None
    state: RefundState | None = None  # of the refund, if the provider reported one
    reference: str | None = None  # the provider's own id of the refund
    error: str | None = None
    request: Raw | None = None
    answer: Raw | None = None
    retry_at: datetime | None = None  # no other attempt begins before


def refunds_due(
    connection: Connection, tenant_id: str, providers: Iterable[str], at: datetime, limit: int
) -> list[Refund]:
    """Return the refunds that a provider must be called about now, the oldest first."""
    values = {"t": tenant_id, "providers": list(providers), "at": at, "limit": limit}
    found = rows_found(connection, Refund, BLOCKS["refunds_due"], values)
    return sorted(found, key=lambda row: (row.requested_at, row.id))


def refund_with_payment(
    connection: Connection, tenant_id: str, refund_id: str
) -> tuple[Refund, Payment] | None:
    """Return a refund as it is stored now, and its payment; None if there is none."""
    values = {"t": tenant_id, "id": refund_id, "refunds": [refund_id]}
    for refund in rows_found(connection, Refund, BLOCKS["refund_with_id"], values):
        [payment] = rows_found(connection, Payment, QUERIES["payments_of_refunds"], values)
        return refund, payment
    return None


def begin_attempt(connection: Connection, tenant_id: str, attempt: Attempt) -> bool:
    """Store an attempt, and commit. Return False if another attempt of the refund has no end yet.

    An attempt whose lease is over is ended first, as lost.
    """
    values = {"refund_id": attempt.refund_id, "at": attempt.started_at}
    with connection.transaction():
        _run(connection, "end_lost_attempt", tenant_id, **values)
        begun = _run(
            connection,
            "begin_attempt",
            tenant_id,
            **values,
            id=attempt.id,
            provider=attempt.provider,
            call=attempt.call,
            lease_until=attempt.lease_until,
            request=_text(attempt.request),
        )
        return begun.fetchone() is not None


def end_attempt(connection: Connection, tenant_id: str, attempt: Attempt) -> None:
    """Store the end of an attempt, and commit. An attempt that has ended already stays."""
    with connection.transaction():
        _run(
            connection,
            "end_attempt",
            tenant_id,
            id=attempt.id,
            at=attempt.ended_at,
            result=attempt.result,
            state=attempt.state,
            reference=attempt.reference,
            error=attempt.error,
            answer=_text(attempt.answer),
            retry_at=attempt.retry_at,
        )


def attempts_of(connection: Connection, tenant_id: str, refund_id: str) -> list[Attempt]:
    """Return all attempts of a refund, the oldest first."""
    return [
        _attempt(*row)
        for row in _run(connection, "attempts_of_refund", tenant_id, refund_id=refund_id)
    ]


def states_at(
    connection: Connection, tenant_id: str, provider: str, refund_id: str, reference: str
) -> list[RefundState]:
    """Return every state that a provider has reported about one of its refunds."""
    found = _run(
        connection,
        "states_at_provider",
        tenant_id,
        provider=provider,
        refund_id=refund_id,
        reference=reference,
    )
    return [RefundState(state) for (state,) in found]


def _attempt(*columns: Any) -> Attempt:
    row = Attempt(*columns)
    return row._replace(
        call=AttemptCall(row.call),
        result=AttemptResult(row.result) if row.result else None,
        state=RefundState(row.state) if row.state else None,
        request=_raw(row.request),
        answer=_raw(row.answer),
    )


def _raw(text: Any) -> Raw | None:
    return None if text is None else Raw(text.encode())


def _text(value: Raw | None) -> str | None:
    return None if value is None else bytes(value).decode()


def _run(connection: Connection, name: str, tenant_id: str, **values: object) -> Any:
    return _STATEMENTS[name].run(connection, {"t": tenant_id, **values})
