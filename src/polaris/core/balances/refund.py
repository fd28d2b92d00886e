"""The possible changes of a refund's state."""

from polaris.core.facts.event import EventKind
from polaris.core.facts.payment import RefundState

REPORTED_AS = {
    RefundState.SENT: EventKind.REFUND_SENT,
    RefundState.UNKNOWN: EventKind.REFUND_UNKNOWN,
    RefundState.PENDING: EventKind.REFUND_PENDING,
    RefundState.SETTLED: EventKind.REFUND_SETTLED,
    RefundState.FAILED: EventKind.REFUND_FAILED,
}
"""The event of each state that can be reported."""

UNDER_WAY = (RefundState.SENT, RefundState.UNKNOWN, RefundState.PENDING)
"""The states in which a payment provider may be sending the money."""

MOVED_FROM = {
    RefundState.PENDING: {RefundState.REQUESTED, RefundState.SENT, RefundState.UNKNOWN},
    RefundState.SETTLED: {RefundState.REQUESTED, *UNDER_WAY, RefundState.FAILED},
    RefundState.FAILED: {RefundState.REQUESTED, *UNDER_WAY, RefundState.SETTLED},
}
"""The states that a caller can assert for all refunds of a credit note, each with the states from
which the refunds move to it."""

REPORTED_FROM = MOVED_FROM | {
    RefundState.SENT: {RefundState.REQUESTED},
    RefundState.UNKNOWN: {RefundState.SENT},
    RefundState.PENDING: {*MOVED_FROM[RefundState.PENDING], RefundState.FAILED},
}
"""The states that can be reported about one refund, each with the states before it."""
