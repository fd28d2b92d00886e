"""What a credit note still takes off its invoice."""

from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Settlement, SettlementKind


def live_offsets(decision: Decision, note: CreditNote) -> list[Settlement]:
    """What the note's offset part still takes off its invoice."""
    rows = decision.of(Settlement, "source_id", note.id)
    return [row for row in rows if row.kind is SettlementKind.OFFSET and row.live]
