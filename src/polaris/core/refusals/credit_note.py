"""Refusals about credit notes."""

from polaris.core.refusals.base import Refusal


class NoteVoided(Refusal):
    """The credit note is voided already."""

    instead = "Nothing is left to do."
    nothing_to_do = True


class NothingToVoid(Refusal):
    """Nothing is left of the credit note that could be taken back."""

    instead = "Its credit was used or refunded; it stands."
