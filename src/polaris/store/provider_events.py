"""The events that payment providers sent: each is stored once, with what Polaris did with it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from polaris.core.facts.payment import Payment, Refund, RefundState
from polaris.store.read.rows import rows_found
from polaris.store.sql import blocks, statement

Connection = psycopg.Connection[Any]

BLOCKS = blocks("provider_events.sql")

_STATEMENTS = {
    name: statement(BLOCKS[name])
    for name in (
        "insert_provider_event",
        "provider_event_result",
        "end_provider_event",
        "invoices_paid_with",
    )
}


class ProviderEvent(NamedTuple):
    """An event of a payment provider, in its words. Times are UTC."""

    id: str
    kind: str
    subject_id: str | None  # the provider's id of the object that it is about
    state: RefundState | None  # of the refund that it is about
    created_at: datetime
    received_at: datetime


def store_event(
    connection: Connection, tenant_id: str, provider: str, event: ProviderEvent
) -> str | None:
    """Store an event, and commit. Return what was done with it before; None if nothing yet."""
    values = {"provider": provider, **event._asdict()}
    with connection.transaction():
        _run(connection, "insert_provider_event", tenant_id, **values)
        found = _run(connection, "provider_event_result", tenant_id, **values)
        [(result,)] = found
        return result if result is None else str(result)


def end_event(
    connection: Connection, tenant_id: str, provider: str, event_id: str, result: str
) -> None:
    """Store what was done with an event, and commit."""
    with connection.transaction():
        _run(
            connection,
            "end_provider_event",
            tenant_id,
            provider=provider,
            id=event_id,
            result=result,
        )


def payment_referred_to(
    connection: Connection, tenant_id: str, provider: str, references: Iterable[str]
) -> Payment | None:
    """Return the tenant's payment with one of these ids of the provider, or None."""
    values = {"t": tenant_id, "provider": provider, "references": list(references)}
    found = rows_found(connection, Payment, BLOCKS["payments_with_reference"], values)
    return found[0] if found else None


def payment_with_id(connection: Connection, tenant_id: str, payment_id: str) -> Payment | None:
    """Return the tenant's payment with this id, or None."""
    values = {"t": tenant_id, "id": payment_id}
    found = rows_found(connection, Payment, BLOCKS["payment_with_id"], values)
    return found[0] if found else None


def refund_referred_to(
    connection: Connection, tenant_id: str, provider: str, reference: str
) -> Refund | None:
    """Return the tenant's refund with this id of the provider, or None."""
    values = {"t": tenant_id, "provider": provider, "reference": reference}
    found = rows_found(connection, Refund, BLOCKS["refunds_with_reference"], values)
    return found[0] if found else None


def invoices_paid_with(connection: Connection, tenant_id: str, payment_id: str) -> list[str]:
    """Return the ids of the invoices that a payment settles or is held for."""
    found = _run(connection, "invoices_paid_with", tenant_id, payment_id=payment_id)
    return [invoice_id for (invoice_id,) in found]


def _run(connection: Connection, name: str, tenant_id: str, **values: object) -> Any:
    return _STATEMENTS[name].run(connection, {"t": tenant_id, **values})
