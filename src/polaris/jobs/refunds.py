"""Refunds and payments that wait for a payment provider."""

from datetime import datetime

from polaris.jobs.job import Workplace
from polaris.payments.work import work_with_providers


def send_refunds(place: Workplace, _: datetime) -> int:
    """Send refunds to the payment providers, and ask what became of earlier ones.

    Return how many calls were made.
    """
    return work_with_providers(place.database, place.engine, place.sending.encryption)
