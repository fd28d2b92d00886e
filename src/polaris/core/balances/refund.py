"""The possible changes of a refund's state."""

from polaris.core.facts.event import EventKind
from polaris.core.facts.payment import RefundState

_REPORTED = {
    RefundState.PENDING: EventKind.REFUND_PENDING,
    RefundState.SETTLED: EventKind.REFUND_SETTLED,
    RefundState.FAILED: EventKind.REFUND_FAILED,
}


MOVED_FROM = {
    RefundState.PENDING: {RefundState.REQUESTED},
    RefundState.SETTLED: {RefundState.REQUESTED, RefundState.PENDING, RefundState.FAILED},
    RefundState.FAILED: {RefundState.REQUESTED, RefundState.PENDING, RefundState.SETTLED},
}
"""The states to which refunds can move, each with the states from which they can."""
