"""What the overview of a tenant shows: ageing of receivables, the month, and what waits."""

from datetime import date, datetime
from typing import Any, NamedTuple

from polaris.store.read.rows import Connection, tuples_found
from polaris.store.sql import blocks

BLOCKS = blocks("read/overview.sql")


class AgeBucket(NamedTuple):
    """The outstanding amount of invoices that are about equally old, in one currency."""

    currency: str
    bucket: int  # 0: not due, 1: up to 30 days, 2: up to 60, 3: up to 90, 4: more
    invoices: int
    outstanding_minor: int


class MonthSum(NamedTuple):
    """How many invoices or refunds a month had, and their sum in minor units."""

    kind: str  # issued, voided, refunded
    currency: str
    this_month: bool  # False: the month before
    documents: int
    amount_minor: int


class CurrencySum(NamedTuple):
    """A count and a sum in minor units, in one currency."""

    currency: str
    documents: int
    amount_minor: int


class FailedRefund(NamedTuple):
    """A refund that failed: the customer still waits for the money."""

    id: str
    currency: str
    amount_minor: int
    requested_at: datetime
    customer_name: str
    customer_external_id: str
    invoice_id: str | None
    invoice_number: str | None


class Months(NamedTuple):
    """The days on which this month, the one before and the one after begin, and their moments."""

    month: date
    month_before: date
    month_after: date
    month_at: datetime
    month_before_at: datetime


class Overview(NamedTuple):
    """All figures of the overview, read in one snapshot."""

    begun: bool  # False: no customer and no invoice yet
    open_tasks: int
    ageing: list[AgeBucket]
    months: list[MonthSum]
    drafts: list[CurrencySum]
    failed_refunds: list[CurrencySum]
    failed_refunds_newest: list[FailedRefund]


def overview(connection: Connection, tenant_id: str, today: date, months: Months) -> Overview:
    """Return the figures. `today` is the tenant's day."""
    values = {"t": tenant_id, "today": today, **months._asdict()}
    ((begun,),) = tuples_found(connection, BLOCKS["overview_begun"], values)
    ((open_tasks,),) = tuples_found(connection, BLOCKS["overview_tasks"], values)

    def found(block: str) -> list[tuple[Any, ...]]:
        return list(tuples_found(connection, BLOCKS[block], values))

    return Overview(
        begun,
        open_tasks,
        [AgeBucket(*row) for row in found("overview_ageing")],
        [MonthSum(*row) for row in found("overview_months")],
        [CurrencySum(*row) for row in found("overview_drafts")],
        [CurrencySum(*row) for row in found("overview_failed_refunds")],
        [FailedRefund(*row) for row in found("overview_failed_refunds_newest")],
    )
