"""Refusals about payments, and about what settles an invoice."""

from polaris.core.refusals.base import Refusal


class PaymentNotReceived(Refusal):
    """The payment has not succeeded; its state is `state`."""

    instead = "Wait until the payment provider reports success."


class PaymentUnderWay(Refusal):
    """A payment for the invoice (`id`) is still in progress."""

    instead = "Wait until the payment provider reports the result."


class MoneyReceived(Refusal):
    """Money was received for the invoice and is not refunded (`received_minor`)."""

    instead = "Refund it first. The refund counts as soon as its money was sent back."


class NotEnoughUnused(Refusal):
    """The amount is larger than what is unused of the payment or credit note (`limit_minor`)."""

    instead = "Use at most the unused amount."


class NotApplied(Refusal):
    """The payment, credit or write-off does not settle this invoice."""

    instead = "Read the invoice's settlements; they list what settles it."


class PaymentRefunded(Refusal):
    """Part of the payment (`refunded_minor`) was refunded on this invoice."""

    instead = "Leave the payment on the invoice, or convert the refund to credit first."


class AlreadyReversed(Refusal):
    """The write-off is already reversed."""

    instead = "Nothing is left to do."
    nothing_to_do = True
