"""Credit notes: they correct an invoice, document a void, or give credit without an invoice."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from msgspec import field

from polaris.core.facts.details import Details, Metadata
from polaris.core.facts.parties import Parties
from polaris.core.facts.row import Changing, Row


class NotePurpose(StrEnum):
    """Why a credit note exists. This decides what it books."""

    CORRECTION = "correction"  # lowers revenue and tax of a live invoice
    VOID = "void"  # documents a void; the reversal of the invoice is its booking
    STANDALONE = "standalone"  # belongs to no invoice


class NoteStatus(StrEnum):
    """Whether a credit note is in force or voided."""

    ISSUED = "issued"
    VOIDED = "voided"


class CreditTo(StrEnum):
    """Where the credit part of a credit note goes."""

    NOTE = "note"  # the note's own balance
    WALLET = "wallet"


class FundingKind(StrEnum):
    """What a credit was given out of. Only cash can be refunded."""

    CASH = "cash"
    NOTES = "notes"
    WALLET = "wallet"
    GRANT = "grant"  # nothing was received for it
    LOST = "lost"  # the money behind it went back later


class CreditNote(Changing, frozen=True, array_like=True, kw_only=True):
    """A credit note. Its total is offset plus credit plus refund, in minor units."""

    table: ClassVar[str] = "credit_note"
    found_by: ClassVar[tuple[str, ...]] = ("invoice_id", "customer_id")

    customer_id: str
    invoice_id: str | None = None
    purpose: NotePurpose
    status: NoteStatus = NoteStatus.ISSUED
    number: str
    series: str
    reason: str
    description: str | None = None
    currency: str
    net_minor: int
    tax_minor: int
    total_minor: int
    offset_minor: int = 0  # lowers the invoice's receivable
    credit_minor: int = 0  # spendable
    refund_minor: int = 0  # goes back as money
    balance_minor: int = 0  # credit not yet used
    credit_to: CreditTo = CreditTo.NOTE
    issue_date: date
    issued_at: datetime
    voided_at: datetime | None = None
    voided_minor: int = 0  # the balance that its voiding took back
    document_entry_id: str | None = None
    refund_status_asserted: str | None = None
    metadata: Metadata | None = None  # the caller's own pairs
    parties: Parties | None = None  # as they stood at its issue
    details: Details = field(default_factory=dict)
    available_from: date | None = None  # no entry that uses its balance is dated earlier


class NoteLine(Row, frozen=True, array_like=True, kw_only=True):
    """The part of one line that a credit note credits."""

    table: ClassVar[str] = "note_line"
    found_by: ClassVar[tuple[str, ...]] = ("note_id",)

    note_id: str
    line_id: str | None = None
    position: int
    description: str = ""
    quantity: Decimal | None = None
    gross_minor: int  # before its share of the line's discount
    discount_minor: int = 0
    net_minor: int
    account: str | None = None


class NoteTax(Row, frozen=True, array_like=True, kw_only=True):
    """Tax that a credit note gives back; one row for each tax code."""

    table: ClassVar[str] = "note_tax"
    found_by: ClassVar[tuple[str, ...]] = ("note_id",)

    note_id: str
    code: str
    name: str
    rate: Decimal | None = None
    base_minor: int
    amount_minor: int


class Funding(Changing, frozen=True, array_like=True, kw_only=True):
    """A source of a note's credit; `amount_minor` is less what was returned to it or refunded."""

    table: ClassVar[str] = "funding"
    found_by: ClassVar[tuple[str, ...]] = ("note_id", "settlement_id", "payment_id")

    note_id: str
    kind: FundingKind
    settlement_id: str | None = None  # where the amount came from and returns to
    payment_id: str | None = None  # the payment that the money belongs to
    amount_minor: int
