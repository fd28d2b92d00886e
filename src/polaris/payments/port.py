"""What a payment provider is asked for, and how its answers come back.

Nothing is kept about who was asked. What waits is found by its state, so a crash between asking
and answering asks again: a provider must do one thing once for one id, as with any idempotency key.
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
    """Moves money. Says at once what it knows; what it learns later, it reports by itself."""

    def collect(self, payment: Payment) -> Iterable[UpdatePayment]:
        """Ask the customer for money. The first answer gives the provider's reference."""
        ...

    def cancel(self, payment: Payment) -> Iterable[UpdatePayment]:
        """Stop a payment on its way, if that is still possible."""
        ...

    def refund(self, refund: Refund, payment: Payment) -> Iterable[UpdateRefund]:
        """Send money back out of a payment."""
        ...


Providers = Mapping[str, Provider]
"""By the name that their payments carry."""


def answers(database: Database, tenant_id: str, providers: Providers) -> list[Answer]:
    """Ask the providers for everything that waits for them; the commands that come of it.

    The caller performs them. No connection is held while a provider is asked.
    """
    with database.connect() as connection:
        found = waiting(connection, tenant_id, providers.keys())
    return list(chain.from_iterable(_asked(found, providers)))


def _asked(found: Waiting, providers: Providers) -> Iterator[list[Answer]]:
    for refund, payment in found.refunds:
        yield _patiently(refund.id, partial(providers[payment.provider].refund, refund, payment))
    for payment in found.cancels:
        yield _patiently(payment.id, partial(providers[payment.provider].cancel, payment))
    for payment in found.collects:
        yield _patiently(payment.id, partial(providers[payment.provider].collect, payment))


def _patiently(subject_id: str, ask: Callable[[], Iterable[Answer]]) -> list[Answer]:
    """Its answers; none when it fails: what still waits is asked for again the next time."""
    try:
        return list(ask())
    except Exception:  # a provider's code may raise anything; the others are still asked
        log.warning("provider_failed", id=subject_id, exc_info=True)
        return []
