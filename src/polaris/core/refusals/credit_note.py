"""Refusals about credit notes."""

from polaris.core.refusals.base import Refusal


class NoteVoided(Refusal):
    """The credit note is already voided."""

    instead = "Nothing is left to do."
    nothing_to_do = True


class NothingToVoid(Refusal):
    """The credit note has no balance or offset left to take back."""

    instead = "Its credit was already used or refunded, so the note stays as it is."


class NoteOfSameInvoice(Refusal):
    """The credit note belongs to this invoice, so its credit cannot settle the invoice."""

    instead = "Lower this invoice by the offset of a credit note, or settle another invoice."
