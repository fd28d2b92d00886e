"""Refusals of a value that was given, or of a name that leads nowhere."""

from polaris.core.refusals.base import Refusal


class NotFound(Refusal):
    """Nothing with this id belongs to the tenant."""

    instead = "Check the id, and that the key belongs to the right tenant."


class AlreadyExists(Refusal):
    """Something with this id or name exists already."""

    instead = "Choose another, or read the one that exists."


class KeyReused(Refusal):
    """The idempotency key was used before with another request."""

    instead = "Send a new key with a new request."


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
