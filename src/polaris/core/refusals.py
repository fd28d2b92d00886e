"""Every way to say no. A class's docstring is the sentence; `instead` says what to do about it.

A refusal is expected, changes nothing and knows no HTTP. A bug is any other exception.
"""

from typing import ClassVar


class Refusal(Exception):
    """The command was refused."""

    code: ClassVar[str] = "refused"
    instead: ClassVar[str] = ""
    nothing_to_do: ClassVar[bool] = False  # what was asked for is so already

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

    code = "not_found"
    instead = "Check the id, and that the key belongs to the right tenant."


class AlreadyExists(Refusal):
    """Something with this id or name exists already."""

    code = "already_exists"
    instead = "Choose another, or read the one that exists."


class KeyReused(Refusal):
    """The idempotency key was used before with another request."""

    code = "key_reused"
    instead = "Send a new key with a new request."


# ---------------------------------------------------------------- what was given is not usable


class AmountNotPositive(Refusal):
    """The amount must be more than zero."""

    code = "amount_not_positive"
    instead = "Give a positive number of minor units."


class AmountNegative(Refusal):
    """The amount must not be below zero."""

    code = "amount_negative"
    instead = "Give zero or a positive number of minor units; lower an invoice by a credit note."


class AmountTooLarge(Refusal):
    """The amount is larger than can be kept."""

    code = "amount_too_large"
    instead = "Give at most 10^15 minor units."


class UnknownCurrency(Refusal):
    """The currency is no ISO 4217 code in use."""

    code = "unknown_currency"
    instead = "Give a code such as EUR, in capitals."


class CurrencyMismatch(Refusal):
    """The currencies differ; nothing is ever converted."""

    code = "currency_mismatch"
    instead = "Use a source in the invoice's own currency."


class CustomerMismatch(Refusal):
    """The two belong to different customers."""

    code = "customer_mismatch"
    instead = "Use a source of the invoice's own customer."


class UnknownAccount(Refusal):
    """No such account is in the chart."""

    code = "unknown_account"
    instead = "Use an account of the chart, or add it first."


class UnknownTimezone(Refusal):
    """The time zone is not known."""

    code = "unknown_timezone"
    instead = "Give an IANA name such as Europe/Berlin."


class ValueMissing(Refusal):
    """A required value is missing."""

    code = "value_missing"
    instead = "Give the value that the field names."


class NoLines(Refusal):
    """There are no lines."""

    code = "no_lines"
    instead = "Give at least one line."


class UnknownLine(Refusal):
    """A line is not one of the invoice's."""

    code = "unknown_line"
    instead = "Name lines of this invoice."


class DiscountTooLarge(Refusal):
    """A discount is larger than what it is taken from."""

    code = "discount_too_large"
    instead = "Lower the discount to the line's amount."


class UnknownReason(Refusal):
    """The reason code is not one of the tenant's."""

    code = "unknown_reason"
    instead = "Use one of the reason codes in the tenant's settings."


class ReasonMissing(Refusal):
    """The tenant's settings ask for a reason."""

    code = "reason_missing"
    instead = "Give one of the reason codes in the tenant's settings."


class StateNotPossible(Refusal):
    """This state cannot follow, or cannot be asked for here."""

    code = "state_not_possible"
    instead = "Read the current state and report what really happened."


class AlreadyInState(Refusal):
    """It is in this state already."""

    code = "already_in_state"
    instead = "Nothing is left to do."
    nothing_to_do = True


class UnknownSeries(Refusal):
    """No such number series exists."""

    code = "unknown_series"
    instead = "Use a series of the tenant's settings."


# ---------------------------------------------------------------- the invoice's state


class NotADraft(Refusal):
    """The invoice is no longer a draft."""

    code = "not_a_draft"
    instead = "Correct an issued invoice by a credit note, or void and regenerate it."


class AlreadyFinalized(NotADraft):
    """The invoice is finalized already."""

    code = "already_finalized"
    instead = "Nothing is left to do."
    nothing_to_do = True


class NotFinalized(Refusal):
    """The invoice has not been finalized."""

    code = "not_finalized"
    instead = "Finalize the draft first, or delete it."


class AlreadyVoided(Refusal):
    """The invoice is voided already."""

    code = "already_voided"
    instead = "Nothing is left to do."
    nothing_to_do = True


class NotVoided(Refusal):
    """The invoice has not been voided."""

    code = "not_voided"
    instead = "Void it first, or ask for both at once."


class AlreadyRegenerated(Refusal):
    """Another invoice replaces this one already."""

    code = "already_regenerated"
    instead = "Work on the replacement, which the invoice names."


class NothingOutstanding(Refusal):
    """Nothing is outstanding on the invoice."""

    code = "nothing_outstanding"
    instead = "Give a credit note or a refund for what was paid."


class OutstandingExceeded(Refusal):
    """The amount is larger than what is outstanding."""

    code = "outstanding_exceeded"
    instead = "Use at most what is outstanding."


class AlreadyCredited(Refusal):
    """Everything on the invoice has been credited already."""

    code = "already_credited"
    instead = "The credit notes stand for the cancellation; void those that were given in error."


class RefundExceedsCash(Refusal):
    """The refund is larger than the money received and not yet asked back."""

    code = "refund_exceeds_cash"
    instead = "Refund at most what was received; give the rest as credit."


class CreditExceedsInvoice(Refusal):
    """Credit and refund together are larger than what is left to credit."""

    code = "credit_exceeds_invoice"
    instead = "Ask for at most the total less earlier credit notes."


class LineOverCredited(Refusal):
    """More is credited on a line than is left of it."""

    code = "line_over_credited"
    instead = "Credit at most what earlier notes left of the line."


class PartsDoNotMatch(Refusal):
    """Offset, credit and refund do not add up to the note's total."""

    code = "parts_do_not_match"
    instead = "Make the three add up to the total, tax included."


class OffsetExceedsOutstanding(Refusal):
    """The offset is larger than what is outstanding."""

    code = "offset_exceeds_outstanding"
    instead = "Offset at most what is outstanding; give the rest as credit or refund."


class PeriodClosed(Refusal):
    """The books are closed on that day."""

    code = "period_closed"
    instead = "Date the document after the closing date, or have an administrator reopen the books."


# ---------------------------------------------------------------- money and credit


class PaymentNotReceived(Refusal):
    """The payment has not succeeded."""

    code = "payment_not_received"
    instead = "Wait for the provider to report success."


class NotEnoughUnused(Refusal):
    """Less than this amount is unused."""

    code = "not_enough_unused"
    instead = "Use at most what is unused."


class NotApplied(Refusal):
    """It settles nothing on this invoice."""

    code = "not_applied"
    instead = "Read the invoice's settlements."


class PaymentRefunded(Refusal):
    """Money of this payment was refunded on this invoice."""

    code = "payment_refunded"
    instead = "Leave the payment in place, or convert the refund to credit first."


class AlreadyReversed(Refusal):
    """It has been reversed already."""

    code = "already_reversed"
    instead = "Nothing is left to do."
    nothing_to_do = True


class NoteVoided(Refusal):
    """The credit note is voided already."""

    code = "note_voided"
    instead = "Nothing is left to do."
    nothing_to_do = True


class NothingToVoid(Refusal):
    """Nothing is left of the credit note that could be taken back."""

    code = "nothing_to_void"
    instead = "Its credit was used or refunded; it stands."


class NotRefundable(Refusal):
    """No money stands behind this amount."""

    code = "not_refundable"
    instead = "Refund at most what was received in money; the rest is credit."


class RefundEnded(Refusal):
    """The refund has been settled or converted already."""

    code = "refund_ended"
    instead = "Nothing is left to do."
    nothing_to_do = True


class WalletTerminated(Refusal):
    """The wallet is terminated."""

    code = "wallet_terminated"
    instead = "Use an active wallet."


class CreditsSpent(Refusal):
    """Less than this amount of credits is left."""

    code = "credits_spent"
    instead = "Use at most what is left."


class NotExpired(Refusal):
    """The credits have not expired yet."""

    code = "not_expired"
    instead = "Void them instead, or wait for their day."


# ---------------------------------------------------------------- who may


class PeriodNotOver(Refusal):
    """The period has not ended yet."""

    code = "period_not_over"
    instead = "Close the books through yesterday at most."


class AdministratorRequired(Refusal):
    """Only an administrator may do this."""

    code = "administrator_required"
    instead = "Ask an administrator."


class BooksWouldMoveBack(Refusal):
    """The books are closed further than that already."""

    code = "books_would_move_back"
    instead = "Reopen the books to move the closing date back."


class BooksWouldMoveForward(Refusal):
    """Reopening only moves the closing date back."""

    code = "books_would_move_forward"
    instead = "Close the books to move the closing date forward."


def every() -> tuple[type[Refusal], ...]:
    """Every refusal there is, in the order of this page."""
    found: list[type[Refusal]] = []

    def walk(kind: type[Refusal]) -> None:
        for child in kind.__subclasses__():
            found.append(child)
            walk(child)

    walk(Refusal)
    return tuple(found)
