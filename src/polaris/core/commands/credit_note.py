"""Commands about credit notes."""

from datetime import date

from msgspec import UNSET, field

from polaris.core.commands.base import Command, Given
from polaris.core.commands.values import CreditedLine, MetadataChange
from polaris.core.facts.credit_note import CreditTo
from polaris.core.facts.details import Details, Metadata
from polaris.core.facts.payment import RefundState


class IssueCreditNote(Command, frozen=True, kw_only=True):
    """Credit lines of an invoice; the three parts must add up to its total with tax."""

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
    """Give a customer credit that is of no invoice."""

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
    """Say something of a note. What is said of its refund happened: its refunds move there."""

    note_id: str
    refund_status: RefundState | None = None  # pending, settled or failed
    metadata: Given[MetadataChange] = UNSET
    details: Details = field(default_factory=dict)  # merged into what is kept, key by key


class VoidCreditNote(Command, frozen=True, kw_only=True):
    """Take back what is left of a note."""

    note_id: str


class ApplyCreditNote(Command, frozen=True, kw_only=True):
    """Settle an invoice with a note's balance. Without an amount: as much as both allow."""

    note_id: str
    invoice_id: str
    amount_minor: int | None = None


class RemoveCreditNote(Command, frozen=True, kw_only=True):
    """Take an applied note off an invoice, or release what is parked of it."""

    note_id: str
    invoice_id: str
