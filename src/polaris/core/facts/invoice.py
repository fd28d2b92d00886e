"""Invoices, their lines and taxes, and what settles them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from msgspec import field

from polaris.core.facts.details import Details, Metadata
from polaris.core.facts.parties import Parties
from polaris.core.facts.row import Changing, Row


class Status(StrEnum):
    """The status of an invoice. Paid, overdue and so on are computed from other facts."""

    DRAFT = "draft"  # may be edited or deleted; has no number and no entries
    FINALIZED = "finalized"  # numbered, booked, immutable
    VOIDED = "voided"  # nothing is owed; every entry is reversed
    CLOSED = "closed"  # a draft that never became an invoice


class InvoiceKind(StrEnum):
    """What an invoice bills."""

    ONE_OFF = "one_off"
    SUBSCRIPTION = "subscription"
    TOP_UP = "top_up"  # sells wallet credits


class LineKind(StrEnum):
    """The kind of a line. It decides the account to which the line is booked."""

    CHARGE = "charge"  # revenue
    TIP = "tip"  # to be passed on to others
    TOP_UP = "top_up"  # credits that land in a wallet once the invoice is settled


class Rounding(StrEnum):
    """Where computed tax is rounded. Stored on the invoice, which keeps it."""

    PER_DOCUMENT = "per_document"  # all computed tax together is rounded once
    PER_LINE = "per_line"  # each line's tax is rounded


class PriceType(StrEnum):
    """Whether a line's amount includes its tax."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"


class SettlementKind(StrEnum):
    """The kind of source that lowered a receivable."""

    PAYMENT = "payment"
    NOTE = "note"  # another invoice's credit note, applied
    WALLET = "wallet"
    OFFSET = "offset"  # the invoice's own credit note
    WRITE_OFF = "write_off"
    PROMOTIONAL = "promotional"
    WITHHELD = "withheld"


class PaymentStatus(StrEnum):
    """The payment status of an invoice, as a caller may assert it."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Invoice(Changing, frozen=True, array_like=True, kw_only=True):
    """An invoice. Amounts are minor units of `currency`; its customer never changes."""

    table: ClassVar[str] = "invoice"

    customer_id: str
    kind: InvoiceKind
    status: Status
    currency: str
    number: str | None = None  # given at finalization, gapless in its series
    external_number: str | None = None  # the caller's own
    series: str | None = None  # which series gave the number
    revision: int = 1  # the revision of its current lines
    rounding: Rounding = Rounding.PER_DOCUMENT
    price_type: PriceType = PriceType.EXCLUSIVE
    net_minor: int = 0
    tax_minor: int = 0
    total_minor: int = 0  # net and tax, before anything settles it
    paid_minor: int = 0  # live payments applied
    outstanding_minor: int = 0  # total less live settlements; 0 for drafts and voided invoices
    issue_date: date | None = None  # in the customer's time zone
    due_date: date | None = None
    payment_term_days: int = 0
    finalized_at: datetime | None = None
    voided_at: datetime | None = None
    void_reason: str | None = None
    void_comment: str | None = None
    paid_at_void_minor: int | None = None
    outstanding_at_void_minor: int | None = None
    regenerated_from: str | None = None  # the voided invoice that this one replaces
    regenerated_as: str | None = None  # the invoice that replaces this one
    payment_status_asserted: str | None = None  # set by the caller, moves no money
    dispute_lost_at: datetime | None = None
    overdue_since: datetime | None = None  # when it was marked as overdue; None if it is not
    sent_at: datetime | None = None
    hidden_at: datetime | None = None  # deleted after issue: voided and no longer shown
    dunning: str | None = None
    auto_collection: bool | None = None
    memo: str | None = None
    purchase_order_number: str | None = None  # the customer's own
    metadata: Metadata | None = None  # the caller's own pairs
    parties: Parties | None = None  # as they stood at its issue; None before
    details: Details = field(default_factory=dict)
    created_at: datetime


class Line(Row, frozen=True, array_like=True, kw_only=True):
    """One line of an invoice."""

    table: ClassVar[str] = "line"
    found_by: ClassVar[tuple[str, ...]] = ("invoice_id",)

    invoice_id: str
    revision: int
    position: int  # from 1
    kind: LineKind = LineKind.CHARGE
    code: str | None = None  # the caller's article or charge
    description: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None  # minor units, may have decimals
    gross_minor: int = 0  # before discounts
    discount_minor: int = 0
    net_minor: int = 0  # gross less discounts, without tax
    account: str | None = None  # credited instead of the kind's own account
    wallet_id: str | None = None  # where a top-up's credits land
    original_line_id: str | None = None  # the line of a voided invoice that this one repeats
    name: str | None = None  # the catalogue item's name when it was billed
    item_id: str | None = None  # the catalogue item
    item_description: str | None = None  # the item's description when it was billed
    tax_codes: tuple[str, ...] | None = None  # the codes in the command; None: the default taxes
    period_from: datetime | None = None  # when the service began
    period_to: datetime | None = None  # when the service ended


class Tax(Row, frozen=True, array_like=True, kw_only=True):
    """One tax on one line. The amounts of a code add up to what is booked for it."""

    table: ClassVar[str] = "tax"
    found_by: ClassVar[tuple[str, ...]] = ("invoice_id",)

    invoice_id: str
    revision: int
    line_id: str
    code: str
    name: str
    rate: Decimal | None = None  # percent
    base_minor: int
    amount_minor: int
    given: bool = False  # the caller gave the amount; it is not computed from the rate
    tax_code_id: str | None = None  # the catalogue's tax
    description: str | None = None  # the catalogue's text when it was billed


class Settlement(Changing, frozen=True, array_like=True, kw_only=True):
    """A source that lowers the receivable of one invoice. It is live until it is removed.

    When the invoice is voided, money and parked credit stay as `held_minor`. They belong to the
    customer, but cannot be spent until a credit note, a refund or a removal takes them.
    """

    table: ClassVar[str] = "settlement"
    found_by: ClassVar[tuple[str, ...]] = ("invoice_id", "source_id")

    invoice_id: str
    customer_id: str
    kind: SettlementKind
    source_id: str  # the payment, credit note, wallet lot or write-off
    amount_minor: int
    held_minor: int = 0
    at: datetime
    removed_at: datetime | None = None
    entry_id: str | None = None  # the entry that booked it, if it has one of its own

    @property
    def live(self) -> bool:
        """True if it still lowers the receivable."""
        return self.removed_at is None


class WriteOff(Changing, frozen=True, array_like=True, kw_only=True):
    """Part of a receivable given up as a loss."""

    table: ClassVar[str] = "write_off"
    found_by: ClassVar[tuple[str, ...]] = ("invoice_id",)

    invoice_id: str
    customer_id: str
    amount_minor: int
    mode: str = "expense"
    account: str
    reason: str | None = None
    at: datetime
    reversed_at: datetime | None = None
