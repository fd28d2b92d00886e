"""Refusals about payments and what settles an invoice."""

from polaris.core.refusals.base import Refusal


class PaymentNotReceived(Refusal):
    """The payment has not succeeded."""

    instead = "Wait for the provider to report success."


class PaymentUnderWay(Refusal):
    """A payment is under way to the invoice."""

    instead = "Wait until its provider says how it ended."


class NotEnoughUnused(Refusal):
    """Less than this amount is unused."""

    instead = "Use at most what is unused."


class NotApplied(Refusal):
    """It settles nothing on this invoice."""

    instead = "Read the invoice's settlements."


class PaymentRefunded(Refusal):
    """Money of this payment was refunded on this invoice."""

    instead = "Leave the payment in place, or convert the refund to credit first."


class AlreadyReversed(Refusal):
    """It has been reversed already."""

    instead = "Nothing is left to do."
    nothing_to_do = True
