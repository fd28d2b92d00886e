"""The requests to a payment provider, and its answers.

Requests are not recorded. Waiting payments and refunds are found by their state, so after a crash
the same request is sent again: a provider must treat the id as an idempotency key.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Protocol

import structlog

from polaris.core.commands import UpdatePayment, UpdateRefund
from polaris.core.facts.payment import Payment, Refund
from polaris.store.read.payments import Waiting, waiting
from polaris.store.server.database import Database

log = structlog.get_logger()

Answer = UpdatePayment | UpdateRefund


class Provider(Protocol):
    """A service that moves money. It answers what it knows now, and reports later results."""

    def collect(self, payment: Payment) -> Iterable[UpdatePayment]:
        """Ask the customer for money. The first answer gives the provider's reference."""
        ...

    def cancel(self, payment: Payment) -> Iterable[UpdatePayment]:
        """Stop a pending payment, if that is still possible."""
        ...

    def refund(self, refund: Refund, payment: Payment) -> Iterable[UpdateRefund]:
        """Send money back out of a payment."""
        ...


Providers = Mapping[str, Provider]
"""Each provider by its name, which its payments carry."""


def answers(database: Database, tenant_id: str, providers: Providers) -> list[Answer]:
    """Send all waiting requests to the providers. Return the resulting commands to perform.

    No database connection is held while a provider works.
    """
    with database.connect() as connection:
        found = waiting(connection, tenant_id, providers.keys())
    return list(chain.from_iterable(_ask_providers(found, providers)))


def _ask_providers(found: Waiting, providers: Providers) -> Iterator[list[Answer]]:
    for refund, payment in found.refunds:
        yield _patiently(refund.id, partial(providers[payment.provider].refund, refund, payment))
    for payment in found.cancels:
        yield _patiently(payment.id, partial(providers[payment.provider].cancel, payment))
    for payment in found.collects:
        yield _patiently(payment.id, partial(providers[payment.provider].collect, payment))


def _patiently(subject_id: str, ask: Callable[[], Iterable[Answer]]) -> list[Answer]:
    """Return the provider's answers, or none if it fails: the next call sends the request again."""
    try:
        return list(ask())
    except Exception:  # a provider's code may raise anything; the others are still asked
        log.warning("provider_failed", id=subject_id, exc_info=True)
        return []
