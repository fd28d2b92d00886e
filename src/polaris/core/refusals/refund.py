"""Refusals about refunds."""

from polaris.core.refusals.base import Refusal


class NotRefundable(Refusal):
    """The refund is larger than the refundable money of its source (`limit_minor`)."""

    instead = "Refund at most this limit; credit that no payment covers cannot be refunded."


class RefundEnded(Refusal):
    """The refund is already settled or converted to credit."""

    instead = "Nothing is left to do."
    nothing_to_do = True


class RefundUnderWay(Refusal):
    """The payment provider may be sending the money of the refund, so it cannot become credit."""

    instead = "Wait for the provider's answer, or record that the refund failed."
