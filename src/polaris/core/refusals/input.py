"""Refusals of a value in a command, or of an id or name that does not exist."""

from polaris.core.refusals.base import Refusal


class NotFound(Refusal):
    """What `field` names does not exist in this tenant, or was deleted."""

    instead = "Check the id, and check that the API key belongs to the right tenant."


class AlreadyExists(Refusal):
    """The value of `field` is already in use."""

    instead = "Choose another value, or read what already has this one."


class KeyReused(Refusal):
    """The idempotency key was already used for a different request."""

    instead = "Use a new key for a new request."


class RequestReused(Refusal):
    """This form was sent before with other values, so nothing was changed now."""

    instead = "Look at what it did then. Open the form again for another change."


class OutcomeChanged(Refusal):
    """The outcome is not the expected one any more."""

    instead = "Preview the command again, then send the fingerprint of the new outcome."


class IdMalformed(Refusal):
    """The id in `field` is not a lowercase UUID."""

    instead = "Send the id exactly as Polaris returned it."


class TextMalformed(Refusal):
    """A text contains a NUL byte or invalid Unicode, or the details are nested too deeply."""

    instead = "Send valid UTF-8 text without NUL bytes."


class TextTooLong(Refusal):
    """The text in `field` is longer than its limit."""

    instead = (
        "Send at most 500 characters, or 255 for an idempotency key; "
        "a memo, a comment or a description may be longer."
    )


class AmountNotPositive(Refusal):
    """The value of `field` must be more than zero."""

    instead = "Send a positive number; amounts are in minor units."


class AmountNegative(Refusal):
    """No amount, quantity, price or rate in `field` may be negative."""

    instead = "Send zero or a positive number. To lower an invoice, issue a credit note."


class AmountTooLarge(Refusal):
    """The amount in `field` is too large."""

    instead = (
        "Send at most 10^15 minor units, a tax rate of at most 1,000 percent, "
        "and a fee of at most its payment."
    )


class UnknownCurrency(Refusal):
    """The currency is not an ISO 4217 code in use."""

    instead = "Send a code in capitals, such as EUR."


class CurrencyMismatch(Refusal):
    """The payment or credit note is not in the invoice's currency; Polaris does not convert."""

    instead = "Use a payment or credit note in the invoice's currency."


class CustomerMismatch(Refusal):
    """The payment, credit note or invoices belong to different customers."""

    instead = "Use a payment or credit note of the invoice's customer."


class UnknownAccount(Refusal):
    """The account in `field` does not exist, or cannot be used here."""

    instead = "Use the account that the chart has for this purpose, or add one of the right kind."


class UnknownTimezone(Refusal):
    """The time zone is unknown."""

    instead = "Send an IANA name such as Europe/Berlin."


class ValueMissing(Refusal):
    """The required value of `field` is missing or empty."""

    instead = "Send a value for this field."


class NoLines(Refusal):
    """The command has no lines."""

    instead = "Send at least one line."


class UnknownLine(Refusal):
    """A line id does not belong to this invoice."""

    instead = "Use the ids of lines of this invoice."


class UnsuitableTopUp(Refusal):
    """Wallet credits must be the only line of a top-up invoice, without discount."""

    instead = "Bill the credits on a separate invoice, with the wallet's customer and currency."


class TaxCodeAmbiguous(Refusal):
    """The same tax code has two different names."""

    instead = "Give each tax its own code."


class DateNotPossible(Refusal):
    """The date in `field` is not between 1900 and 2999, or the time has no UTC offset."""

    instead = "Send a date between 1900 and 2999; send a time with its UTC offset."


class NumberNotPossible(Refusal):
    """The number in `field` is outside its allowed range."""

    instead = (
        "Send a payment term of 0 to 10,000 days, a priority of 1 to 50, a tax rate of 0 to 1,000 "
        "percent with six decimals, or a smallest purchase that is not above the largest one."
    )


class DiscountTooLarge(Refusal):
    """A discount is larger than its line."""

    instead = "Lower the discount to at most the line's amount."


class UnknownReason(Refusal):
    """The reason is not in the tenant's setting `void_reasons`."""

    instead = "Use one of the reason codes of this setting."


class ReasonMissing(Refusal):
    """The tenant's settings require a reason for a void."""

    instead = "Send a reason; where the setting `void_reasons` lists codes, use one of them."


class StateNotPossible(Refusal):
    """The value of `field` is not allowed here, or cannot follow the current state."""

    instead = "Read the current state, then send a value that the command allows."


class AlreadyInState(Refusal):
    """The payment, refund or webhook endpoint is already in this state."""

    instead = "Nothing is left to do."
    nothing_to_do = True


class UnknownSeries(Refusal):
    """The number series does not exist, or is not for invoices."""

    instead = "Use a series for invoices; the default one is `invoice`."
