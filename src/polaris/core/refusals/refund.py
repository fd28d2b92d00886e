"""Refusals about refunds."""

from polaris.core.refusals.base import Refusal


class NotRefundable(Refusal):
    """No money stands behind this amount."""

    instead = "Refund at most what was received in money; the rest is credit."


class RefundEnded(Refusal):
    """The refund has been settled or converted already."""

    instead = "Nothing is left to do."
    nothing_to_do = True
