"""Pending payments: ask the providers to collect them, or to cancel those of a voided invoice.

These requests are not recorded. Waiting payments are found by their state, so after a crash the
same request is sent again: a provider must treat the id as an idempotency key.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain

import structlog

from polaris.core.commands import UpdatePayment
from polaris.core.fold import Outcome
from polaris.engine import Engine, request
from polaris.payments.port import Providers
from polaris.store.read.payments import Waiting, waiting
from polaris.store.server.database import Database

log = structlog.get_logger()


def send_payments(
    database: Database, engine: Engine, tenant_id: str, providers: Providers
) -> list[Outcome]:
    """Ask the providers about all waiting payments, and record their answers.

    No database connection is held while a provider works.
    """
    with database.connect() as connection:
        found = waiting(connection, tenant_id, providers.keys())
    answers = chain.from_iterable(_ask_providers(found, providers))
    return engine.perform(tenant_id, [request(answer, actor="provider") for answer in answers])


def _ask_providers(found: Waiting, providers: Providers) -> Iterator[list[UpdatePayment]]:
    for payment in found.cancels:
        yield _patiently(payment.id, partial(providers[payment.provider].cancel, payment))
    for payment in found.collects:
        yield _patiently(payment.id, partial(providers[payment.provider].collect, payment))


def _patiently(payment_id: str, ask: Callable[[], Iterable[UpdatePayment]]) -> list[UpdatePayment]:
    """Return the provider's answers, or none if it fails: the next call sends the request again."""
    try:
        return list(ask())
    except Exception:  # a provider's code may raise anything; the others are still asked
        log.warning("provider_failed", payment=payment_id, exc_info=True)
        return []
