"""Invoices that become overdue."""

from datetime import datetime
from zoneinfo import ZoneInfo

from polaris.core.commands import MarkOverdue
from polaris.jobs.in_sets import Found, perform_in_sets
from polaris.jobs.job import Workplace


def mark_overdue(place: Workplace, at: datetime) -> int:
    """Announce the invoices that have become overdue. Return how many."""

    def command_for(invoice: Found) -> MarkOverdue | None:
        today = at.astimezone(ZoneInfo(invoice.timezone or "UTC")).date()
        return MarkOverdue(invoice_id=invoice.id) if invoice.due < today else None

    return perform_in_sets(place, at, "unmarked_invoices", command_for)
