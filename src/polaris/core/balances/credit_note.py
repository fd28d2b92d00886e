"""What a void of a credit note takes back: its balance and its live offsets."""

from typing import NamedTuple

from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Settlement, SettlementKind


def live_offsets(decision: Decision, note: CreditNote) -> list[Settlement]:
    """Return the live settlements of the note's offset part."""
    rows = decision.of(Settlement, "source_id", note.id)
    return [row for row in rows if row.kind is SettlementKind.OFFSET and row.live]


class TakenBack(NamedTuple):
    """What a void of a note takes back. The rule and the action both use it."""

    balance_minor: int
    offsets: list[Settlement]

    @property
    def offset_minor(self) -> int:
        """The sum of the offsets."""
        return sum(row.amount_minor for row in self.offsets)

    @property
    def total_minor(self) -> int:
        """The balance and the offsets together."""
        return self.balance_minor + self.offset_minor


def taken_back(decision: Decision, note: CreditNote) -> TakenBack:
    """Return what a void of the note takes back: its balance and its live offsets."""
    return TakenBack(note.balance_minor, live_offsets(decision, note))
