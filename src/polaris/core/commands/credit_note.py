"""Commands about credit notes."""

from datetime import date

from msgspec import UNSET, field

from polaris.core.commands.base import Command, Given
from polaris.core.commands.values import CreditedLine, MetadataChange
from polaris.core.facts.credit_note import CreditTo
from polaris.core.facts.details import Details, Metadata
from polaris.core.facts.payment import RefundState


class IssueCreditNote(Command, frozen=True, kw_only=True):
    """Credit lines of an invoice. Offset, credit and refund add up to the total with tax."""

    note_id: str
    invoice_id: str
    lines: tuple[CreditedLine, ...]
    offset_minor: int = 0  # lowers what is owed
    credit_minor: int = 0  # given as credit
    refund_minor: int = 0  # sent back as money
    credit_to: CreditTo = CreditTo.NOTE
    reason: str = "other"
    description: str | None = None
    dated: date | None = None  # default: today
    metadata: Metadata | None = None  # the caller's own pairs
    details: Details = field(default_factory=dict)


class IssueStandaloneNote(Command, frozen=True, kw_only=True):
    """Give a customer credit that belongs to no invoice."""

    note_id: str
    customer_id: str
    currency: str
    lines: tuple[CreditedLine, ...]
    reason: str = "other"
    description: str | None = None
    dated: date | None = None  # default: today
    metadata: Metadata | None = None  # the caller's own pairs
    details: Details = field(default_factory=dict)


class AnnotateCreditNote(Command, frozen=True, kw_only=True):
    """Set a credit note's refund status or metadata. Its refunds move to that status."""

    note_id: str
    refund_status: RefundState | None = None  # pending, settled or failed
    metadata: Given[MetadataChange] = UNSET
    details: Details = field(default_factory=dict)  # merged into the stored details, key by key


class VoidCreditNote(Command, frozen=True, kw_only=True):
    """Void a credit note: take back what is left of it."""

    note_id: str


class ApplyCreditNote(Command, frozen=True, kw_only=True):
    """Settle an invoice with a note's balance. Default amount: the smaller of both."""

    note_id: str
    invoice_id: str
    amount_minor: int | None = None


class RemoveCreditNote(Command, frozen=True, kw_only=True):
    """Remove an applied credit note from an invoice, or release its parked credit."""

    note_id: str
    invoice_id: str
