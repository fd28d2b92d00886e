"""The live offsets of a credit note."""

from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Settlement, SettlementKind


def live_offsets(decision: Decision, note: CreditNote) -> list[Settlement]:
    """Return the live settlements of the note's offset part."""
    rows = decision.of(Settlement, "source_id", note.id)
    return [row for row in rows if row.kind is SettlementKind.OFFSET and row.live]
