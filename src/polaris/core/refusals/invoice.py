"""Refusals that come from the state or the amounts of an invoice."""

from polaris.core.refusals.base import Refusal


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
