"""Payments that wait for a payment provider."""

from collections.abc import Iterable
from typing import NamedTuple

from polaris.core.facts.payment import Payment
from polaris.store.read.rows import Connection, rows_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/payments.sql")


class Waiting(NamedTuple):
    """Payments that wait for a provider."""

    cancels: list[Payment]  # pending payments of an invoice that was voided
    collects: list[Payment]  # pending payments without a provider's reference


def waiting(connection: Connection, tenant_id: str, providers: Iterable[str]) -> Waiting:
    """Return the payments that wait for these providers."""
    values = {"t": tenant_id, "providers": list(providers)}
    cancels = rows_found(connection, Payment, BLOCKS["payments_to_cancel"], values)
    collects = rows_found(connection, Payment, BLOCKS["payments_to_collect"], values)
    return Waiting(cancels, [payment for payment in collects if payment not in cancels])
