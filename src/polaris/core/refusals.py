"""Every way to say no. A class's docstring is the sentence; `instead` says what to do about it.

A refusal is expected, changes nothing and knows no HTTP. A bug is any other exception.
"""

import re
from typing import ClassVar

EVERY: "list[type[Refusal]]" = []
"""Every refusal there is, in the order of this page."""


class Refusal(Exception):
    """The command was refused."""

    code: ClassVar[str] = "refusal"  # the class's name in snake case
    instead: ClassVar[str] = ""
    nothing_to_do: ClassVar[bool] = False  # what was asked for is so already

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        EVERY.append(cls)

    def __init__(self, **details: str | int | None) -> None:
        super().__init__(self.sentence)
        self.details = details

    @property
    def sentence(self) -> str:
        """The refusal in one sentence."""
        return (type(self).__doc__ or "").strip()


# ---------------------------------------------------------------- what was named is not there


class NotFound(Refusal):
    """Nothing with this id belongs to the tenant."""

    instead = "Check the id, and that the key belongs to the right tenant."


class AlreadyExists(Refusal):
    """Something with this id or name exists already."""

    instead = "Choose another, or read the one that exists."


class KeyReused(Refusal):
    """The idempotency key was used before with another request."""

    instead = "Send a new key with a new request."


# ---------------------------------------------------------------- what was given is not usable


class IdMalformed(Refusal):
    """An id is not written as a lowercase UUID."""

    instead = "Give the id as it was answered."


class TextMalformed(Refusal):
    """It cannot be kept: a text holds a NUL or half a character, or details have no end."""

    instead = "Send text that every program can read."


class TextTooLong(Refusal):
    """A text by which things are found is longer than can be kept."""

    instead = "Give at most 500 characters; a memo, a comment or a description may be longer."


class AmountNotPositive(Refusal):
    """The amount must be more than zero."""

    instead = "Give a positive number of minor units."


class AmountNegative(Refusal):
    """The amount must not be below zero."""

    instead = "Give zero or a positive number of minor units; lower an invoice by a credit note."


class AmountTooLarge(Refusal):
    """The amount is larger than can be kept."""

    instead = "Give at most 10^15 minor units."


class UnknownCurrency(Refusal):
    """The currency is no ISO 4217 code in use."""

    instead = "Give a code such as EUR, in capitals."


class CurrencyMismatch(Refusal):
    """The currencies differ; nothing is ever converted."""

    instead = "Use a source in the invoice's own currency."


class CustomerMismatch(Refusal):
    """The two belong to different customers."""

    instead = "Use a source of the invoice's own customer."


class UnknownAccount(Refusal):
    """No account of this name can be used here."""

    instead = "Use the account that the chart has for this, or add one of the right kind."


class UnknownTimezone(Refusal):
    """The time zone is not known."""

    instead = "Give an IANA name such as Europe/Berlin."


class ValueMissing(Refusal):
    """A required value is missing."""

    instead = "Give the value that the field names."


class NoLines(Refusal):
    """There are no lines."""

    instead = "Give at least one line."


class UnknownLine(Refusal):
    """A line is not one of the invoice's."""

    instead = "Name lines of this invoice."


class UnsuitableTopUp(Refusal):
    """Credits are sold on a top-up invoice, alone, at full price, into its customer's wallet."""

    instead = "Bill the credits apart from all else, for a wallet in the invoice's currency."


class TaxCodeAmbiguous(Refusal):
    """One tax code has two names."""

    instead = "Give each tax a code of its own."


class DateNotPossible(Refusal):
    """A date is outside the years that are kept, or a time does not say its zone."""

    instead = "Give dates between 1900 and 2999, and times with their offset."


class NumberNotPossible(Refusal):
    """A number is outside what can be kept."""

    instead = "Give a payment term of 0 to 10,000 days, a priority of 1 to 50."


class DiscountTooLarge(Refusal):
    """A discount is larger than what it is taken from."""

    instead = "Lower the discount to the line's amount."


class UnknownReason(Refusal):
    """The reason code is not one of the tenant's."""

    instead = "Use one of the reason codes in the tenant's settings."


class ReasonMissing(Refusal):
    """The tenant's settings ask for a reason."""

    instead = "Give one of the reason codes in the tenant's settings."


class StateNotPossible(Refusal):
    """This state cannot follow, or cannot be asked for here."""

    instead = "Read the current state and report what really happened."


class AlreadyInState(Refusal):
    """It is in this state already."""

    instead = "Nothing is left to do."
    nothing_to_do = True


class UnknownSeries(Refusal):
    """No such number series exists."""

    instead = "Use a series of the tenant's settings."


# ---------------------------------------------------------------- the invoice's state


class NotADraft(Refusal):
    """The invoice is no longer a draft."""

    instead = "Correct an issued invoice by a credit note, or void and regenerate it."


class EditedMeanwhile(Refusal):
    """The draft has other lines than those that were looked at."""

    instead = "Look at the draft again, then ask again."


class AlreadyFinalized(Refusal):
    """The invoice is finalized already."""

    instead = "Nothing is left to do."
    nothing_to_do = True


class InvoiceClosed(Refusal):
    """The invoice was closed before it was issued."""

    instead = "Write another one; nothing becomes of this one."


class NotFinalized(Refusal):
    """The invoice has not been finalized."""

    instead = "Finalize the draft first, or delete it."


class AlreadyVoided(Refusal):
    """The invoice is voided already."""

    instead = "Nothing is left to do."
    nothing_to_do = True


class NotVoided(Refusal):
    """The invoice has not been voided."""

    instead = "Void it first, or ask for both at once."


class AlreadyRegenerated(Refusal):
    """Another invoice replaces this one already."""

    instead = "Work on the replacement, which the invoice names."


class AlreadyDisputed(Refusal):
    """A dispute about the invoice was lost already."""

    instead = "Nothing is left to do."
    nothing_to_do = True


class NothingOutstanding(Refusal):
    """Nothing is outstanding on the invoice."""

    instead = "Give a credit note or a refund for what was paid."


class OutstandingExceeded(Refusal):
    """The amount is larger than what is outstanding."""

    instead = "Use at most what is outstanding."


class AlreadyCredited(Refusal):
    """Everything on the invoice has been credited already."""

    instead = "The credit notes stand for the cancellation; void those that were given in error."


class RefundExceedsCash(Refusal):
    """The refund is larger than the money received and not yet asked back."""

    instead = "Refund at most what was received; give the rest as credit."


class CreditExceedsInvoice(Refusal):
    """Credit and refund together are larger than what is left to credit."""

    instead = "Ask for at most the total less earlier credit notes."


class LineOverCredited(Refusal):
    """More is credited on a line than is left of it."""

    instead = "Credit at most what earlier notes left of the line."


class PartsDoNotMatch(Refusal):
    """Offset, credit and refund do not add up to the note's total."""

    instead = "Make the three add up to the total, tax included."


class OffsetExceedsOutstanding(Refusal):
    """The offset is larger than what is outstanding."""

    instead = "Offset at most what is outstanding; give the rest as credit or refund."


class PeriodClosed(Refusal):
    """The books are closed on that day."""

    instead = "Date the document after the closing date, or have an administrator reopen the books."


# ---------------------------------------------------------------- money and credit


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


class NoteVoided(Refusal):
    """The credit note is voided already."""

    instead = "Nothing is left to do."
    nothing_to_do = True


class NothingToVoid(Refusal):
    """Nothing is left of the credit note that could be taken back."""

    instead = "Its credit was used or refunded; it stands."


class NotRefundable(Refusal):
    """No money stands behind this amount."""

    instead = "Refund at most what was received in money; the rest is credit."


class RefundEnded(Refusal):
    """The refund has been settled or converted already."""

    instead = "Nothing is left to do."
    nothing_to_do = True


class WalletTerminated(Refusal):
    """The wallet is terminated."""

    instead = "Use an active wallet."


class CreditsSpent(Refusal):
    """Less than this amount of credits is left."""

    instead = "Use at most what is left."


class NotExpired(Refusal):
    """The credits have not expired yet."""

    instead = "Void them instead, or wait for their day."
