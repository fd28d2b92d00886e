"""Commands about one invoice, from its draft to its void."""

from datetime import date, datetime

from msgspec import UNSET, field

from polaris.core.commands.base import Command, Given
from polaris.core.commands.values import (
    Apply,
    GiveBack,
    MetadataChange,
    NewLine,
    TopUpPolicy,
    VoidNote,
)
from polaris.core.facts.credit_note import CreditTo
from polaris.core.facts.details import Details, Metadata
from polaris.core.facts.invoice import InvoiceKind, PriceType, Rounding, Status
from polaris.core.facts.parties import Parties


class DraftInvoice(Command, frozen=True, kw_only=True):
    """Create a draft invoice. Nothing is owed on it yet."""

    invoice_id: str
    customer_id: str
    currency: str
    kind: InvoiceKind = InvoiceKind.ONE_OFF
    lines: tuple[NewLine, ...]
    issue_date: date | None = None  # default: the day it is finalized
    payment_term_days: int | None = None  # default: the customer's, else the tenant's
    external_number: str | None = None  # the caller's own
    rounding: Rounding = Rounding.PER_DOCUMENT
    price_type: PriceType = PriceType.EXCLUSIVE
    memo: str | None = None
    purchase_order_number: str | None = None  # the customer's own
    metadata: Metadata | None = None  # the caller's own pairs
    details: Details = field(default_factory=dict)


class EditDraft(Command, frozen=True, kw_only=True):
    """Change the given fields of a draft. Given lines replace all lines."""

    invoice_id: str
    revision: int | None = None  # of the lines that the caller read; refused if it has changed
    lines: Given[tuple[NewLine, ...]] = UNSET
    retax: bool = False  # tax the lines again, with today's rates of their codes
    issue_date: Given[date | None] = UNSET
    payment_term_days: Given[int] = UNSET
    external_number: Given[str | None] = UNSET
    memo: Given[str | None] = UNSET
    purchase_order_number: Given[str | None] = UNSET
    details: Details = field(default_factory=dict)  # merged into the stored details, key by key


class DeleteDraft(Command, frozen=True, kw_only=True):
    """Close a draft. It has no number, so the number series has no gap."""

    invoice_id: str


class FinalizeInvoice(Command, frozen=True, kw_only=True):
    """Number a draft, book it, and settle it with the credit named in `apply`."""

    invoice_id: str
    issue_date: date | None = None  # default: the draft's own, else today in the customer's zone
    series: str = "invoice"  # the number series
    apply: Apply = Apply()  # credit that settles it at once
    skip_zero: bool = False  # close a draft that bills nothing instead; it takes no number
    retax: bool = False  # first tax the lines again, with today's rates of their codes


class IssueInvoice(DraftInvoice, frozen=True, kw_only=True, tag=True):
    """Create an invoice and finalize it at once."""

    series: str = "invoice"  # the number series
    apply: Apply = Apply()  # credit that settles it at once
    skip_zero: bool = False  # close it instead if it bills nothing; it takes no number


class RecordInvoice(DraftInvoice, frozen=True, kw_only=True, tag=True):
    """Import an invoice that was issued elsewhere, with its number, dates and status."""

    status: Status = Status.FINALIZED
    number: str | None = None  # default: the next number of the series
    series: str = "invoice"
    finalized_at: datetime | None = None
    due_date: date | None = None  # default: issue date plus payment term
    voided_at: datetime | None = None
    parties: Parties | None = None  # as they were at its issue; default: as they are now
    apply: Apply = Apply()  # credit that settles it at once


class VoidInvoice(Command, frozen=True, kw_only=True):
    """Void a finalized invoice, and give credit or a refund for it."""

    invoice_id: str
    reason: str | None = None  # a reason code; the setting `void_reasons` may limit it
    comment: str | None = None  # free text
    note_description: str | None = None  # on the credit note; default: the comment
    dated: date | None = None  # default: see the setting `void_dated`
    credit_minor: int = 0  # given as credit
    refund_minor: int = 0  # sent back, out of the money received
    tolerance_minor: int = 0  # credit and refund may exceed the limit by this; the excess is cut
    credit_to: CreditTo = CreditTo.NOTE
    note: VoidNote | None = (
        None  # its credit note; default: see the setting `void_with_credit_note`
    )
    give_back: GiveBack = GiveBack()  # the applied credit that becomes spendable again
    top_up: TopUpPolicy = TopUpPolicy.EXCHANGE  # what happens to credits that the invoice sold
    note_id: str | None = None  # default: a new id
    remainder_note_id: str | None = None  # default: a new id


class AnnotateInvoice(Command, frozen=True, kw_only=True):
    """Set an invoice's payment status or metadata; a succeeded top-up adds its credits."""

    invoice_id: str
    payment_status: str | None = None  # pending, succeeded or failed; until it is settled
    metadata: Given[MetadataChange] = UNSET
    details: Details = field(default_factory=dict)  # merged into the stored details, key by key


class LoseDispute(Command, frozen=True, kw_only=True):
    """Record that a payment dispute was lost. This moves no money."""

    invoice_id: str


class MarkOverdue(Command, frozen=True, kw_only=True):
    """Announce that an invoice is overdue. This moves no money."""

    invoice_id: str


class CollectInvoice(Command, frozen=True, kw_only=True):
    """Try again to collect the outstanding amount."""

    invoice_id: str


class RegenerateInvoice(Command, frozen=True, kw_only=True):
    """Replace a voided invoice by a corrected one, at most once. Each names the other."""

    invoice_id: str
    new_invoice_id: str
    status: Status = Status.DRAFT  # draft, or finalized at once
    void_first: VoidInvoice | None = None  # void the original in the same command
    lines: Given[tuple[NewLine, ...]] = UNSET  # default: the lines of the original
    retax: bool = False  # tax repeated lines by today's rules and rates
    purchase_order_number: Given[str | None] = UNSET  # default: the original's
    details: Given[Details] = UNSET  # default: the original's
    issue_date: date | None = None
    series: str = "invoice"
    apply: Apply = Apply()  # what settles the new invoice at once, if it is finalized
    carry_held: bool | None = None  # same as `apply.held`; default: True with `void_first`


class WriteOffInvoice(Command, frozen=True, kw_only=True):
    """Give up all or part of the outstanding amount as a loss."""

    invoice_id: str
    write_off_id: str
    amount_minor: int | None = None  # default: the whole outstanding amount
    account: str | None = None  # default: BAD_DEBT
    reason: str | None = None
    dated: date | None = None  # default: today


class ReverseWriteOff(Command, frozen=True, kw_only=True):
    """Reverse a write-off; its amount is owed again."""

    write_off_id: str
