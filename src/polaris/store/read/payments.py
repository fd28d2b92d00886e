"""Payments and refunds that wait for a payment provider."""

from collections.abc import Iterable
from typing import NamedTuple

from polaris.core.facts.payment import Payment, Refund
from polaris.store.read.rows import Connection, rows_found
from polaris.store.sql import QUERIES, blocks

BLOCKS = QUERIES | blocks("read/payments.sql")


class Waiting(NamedTuple):
    """Payments and refunds that wait for a provider."""

    refunds: list[tuple[Refund, Payment]]  # not yet sent to a provider, each with its payment
    cancels: list[Payment]  # pending payments of an invoice that was voided
    collects: list[Payment]  # pending payments without a provider's reference


def waiting(connection: Connection, tenant_id: str, providers: Iterable[str]) -> Waiting:
    """Return the payments and refunds that wait for these providers."""
    values = {"t": tenant_id, "providers": list(providers)}
    refunds = rows_found(connection, Refund, BLOCKS["refunds_to_ask"], values)
    values["refunds"] = [refund.id for refund in refunds]
    sources = rows_found(connection, Payment, BLOCKS["payments_of_refunds"], values)
    of = {payment.id: payment for payment in sources}
    cancels = rows_found(connection, Payment, BLOCKS["payments_to_cancel"], values)
    collects = rows_found(connection, Payment, BLOCKS["payments_to_collect"], values)
    return Waiting(
        refunds=[(refund, of[refund.payment_id]) for refund in refunds],
        cancels=cancels,
        collects=[payment for payment in collects if payment not in cancels],
    )
