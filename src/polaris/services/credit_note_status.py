"""The one status that a person sees for a credit note."""

from enum import StrEnum

from polaris.core.facts.credit_note import NoteStatus


class CreditNoteUiStatus(StrEnum):
    """The status of a credit note on the screen."""

    AVAILABLE = "available"  # it has a balance that invoices can use
    USED = "used"  # nothing is left of it, or it never had a balance
    VOIDED = "voided"


def credit_note_status(status: NoteStatus | str, balance_minor: int) -> CreditNoteUiStatus:
    """Return the status to show for a credit note with this balance in minor units."""
    if NoteStatus(status) is NoteStatus.VOIDED:
        return CreditNoteUiStatus.VOIDED
    return CreditNoteUiStatus.AVAILABLE if balance_minor else CreditNoteUiStatus.USED
