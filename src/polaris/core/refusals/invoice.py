"""Refusals about the state or the amounts of an invoice."""

from polaris.core.refusals.base import Refusal


class NumberTaken(Refusal):
    """Another document of the tenant already has the number `number`."""

    instead = "Send another number, or send this one as the external number."


class NumberMalformed(Refusal):
    """The number begins or ends with a space, or has a character that cannot be seen."""

    instead = "Send the number as it is printed on the document."


class NumberOfSeries(Refusal):
    """A series of the tenant would give the number `number` to another document later."""

    instead = "Send it as the external number, or change the format of the series first."


class NotADraft(Refusal):
    """The invoice is no longer a draft."""

    instead = "To correct a finalized invoice, issue a credit note, or void and regenerate it."


class EditedMeanwhile(Refusal):
    """The lines of the draft changed after you read it; its revision is now `revision`."""

    instead = "Read the draft again, then send the command with its current revision."


class AlreadyFinalized(Refusal):
    """The invoice is already finalized."""

    instead = "Nothing is left to do."
    nothing_to_do = True


class InvoiceClosed(Refusal):
    """The draft was deleted or skipped before it became an invoice."""

    instead = "Create a new invoice; a closed draft stays closed."


class NotFinalized(Refusal):
    """The invoice has not been finalized."""

    instead = "Finalize the draft first, or delete it."


class AlreadyVoided(Refusal):
    """The invoice is already voided."""

    instead = "Nothing is left to do."
    nothing_to_do = True


class NotVoided(Refusal):
    """The invoice has not been voided."""

    instead = "Void it first, or void it in the same command with `void_first`."


class AlreadyRegenerated(Refusal):
    """Another invoice (`id`) already replaces this one."""

    instead = "Work with the replacement instead."


class AlreadyDisputed(Refusal):
    """A dispute about the invoice is already recorded as lost."""

    instead = "Nothing is left to do."
    nothing_to_do = True


class NotOverdue(Refusal):
    """The due date of the invoice has not passed yet."""

    instead = "Wait until the day after the due date."


class AlreadyOverdue(Refusal):
    """The invoice is already marked as overdue."""

    instead = "Nothing is left to do."
    nothing_to_do = True


class NothingOutstanding(Refusal):
    """The invoice has no outstanding amount."""

    instead = "To give back what was paid, issue a credit note or a refund."


class OutstandingExceeded(Refusal):
    """The amount is larger than the invoice's outstanding amount (`limit_minor`)."""

    instead = "Use at most the outstanding amount."


class AlreadyCredited(Refusal):
    """Credit notes have already credited the whole invoice."""

    instead = "The credit notes cancel the invoice. Void those that were issued by mistake."


class RefundExceedsCash(Refusal):
    """The refund is larger than the money received less earlier refunds (`limit_minor`)."""

    instead = "Refund at most this limit; give the rest as credit."


class CreditExceedsInvoice(Refusal):
    """The amount to give back is larger than what is left to credit (`limit_minor`)."""

    instead = "Give back at most the invoice's total less earlier credit notes."


class LineOverCredited(Refusal):
    """The credited amount of a line is larger than what is left of the line (`limit_minor`)."""

    instead = "Credit at most the line's amount less earlier credit notes."


class PartsDoNotMatch(Refusal):
    """Offset, credit and refund do not add up to the note's total with tax (`total_minor`)."""

    instead = "Change the three amounts so that they add up to the total."


class OffsetExceedsOutstanding(Refusal):
    """The offset is larger than the invoice's outstanding amount (`limit_minor`)."""

    instead = "Offset at most the outstanding amount; give the rest as credit or refund."


class PeriodClosed(Refusal):
    """The books are closed on this date; the first open day is `first_open_day`."""

    instead = "Use the first open day or a later date, or ask an administrator to reopen the books."


class DatedBeforeCause(Refusal):
    """The day is before a booking that it changes; the first day is `first_possible_day`."""

    instead = "Use the first possible day or a later date, or leave the date out."
