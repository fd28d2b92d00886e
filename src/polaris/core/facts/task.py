"""Tasks: what a person must look at."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from polaris.core.facts.event import EventKind
from polaris.core.facts.row import Changing


class TaskKind(StrEnum):
    """Why a person must look at something."""

    DOUBLE_RETURN = "double_return"  # the customer may have got the same money twice
    REFUND_FAILED = "refund_failed"  # the payment provider could not send the money back
    REFUND_UNKNOWN = "refund_unknown"  # nobody knows if the payment provider sends the money back
    REFUND_NOT_REQUESTED = "refund_not_requested"  # money went back that nobody asked Polaris for
    MONEY_HELD = "money_held"  # money arrived for a voided invoice


class Task(Changing, frozen=True, array_like=True, kw_only=True):
    """Something that a person must look at. It is open until `resolved_at` is set."""

    table: ClassVar[str] = "task"
    found_by: ClassVar[tuple[str, ...]] = ("subject_id",)

    kind: TaskKind
    event_id: str  # the event that opened it
    customer_id: str
    invoice_id: str | None = None
    subject: str  # the table of the row that it is about
    subject_id: str
    currency: str | None = None
    amount_minor: int | None = None  # the money in question; None if it is not known
    opened_at: datetime
    resolved_at: datetime | None = None
    resolved_by: str | None = None  # the actor of the request that resolved it
    resolution: str | None = None  # what was found or done


OPENED_BY: dict[EventKind, TaskKind] = {
    EventKind.INVOICE_DOUBLE_RETURN_SUSPECTED: TaskKind.DOUBLE_RETURN,
    EventKind.PAYMENT_DOUBLE_RETURN_SUSPECTED: TaskKind.DOUBLE_RETURN,
    EventKind.REFUND_FAILED: TaskKind.REFUND_FAILED,
    EventKind.REFUND_UNKNOWN: TaskKind.REFUND_UNKNOWN,
    EventKind.PAYMENT_REFUNDED_ELSEWHERE: TaskKind.REFUND_NOT_REQUESTED,
    EventKind.PAYMENT_HELD: TaskKind.MONEY_HELD,
}
"""The events that open a task, each with its kind. The answer to their command warns of them."""

RESOLVED_BY: dict[EventKind, tuple[TaskKind, ...]] = {
    EventKind.REFUND_PENDING: (TaskKind.REFUND_FAILED, TaskKind.REFUND_UNKNOWN),
    EventKind.REFUND_SETTLED: (TaskKind.REFUND_FAILED, TaskKind.REFUND_UNKNOWN),
    EventKind.REFUND_FAILED: (TaskKind.REFUND_UNKNOWN,),
    EventKind.REFUND_CONVERTED: (TaskKind.REFUND_FAILED, TaskKind.REFUND_UNKNOWN),
}
"""The events that resolve the open tasks of some kinds about their subject."""
