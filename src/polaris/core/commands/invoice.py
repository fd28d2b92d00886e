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


class DraftInvoice(Command, frozen=True, kw_only=True):
    """Write down an invoice that asks for nothing yet."""

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
    """Change the given fields of a draft; lines are replaced as a whole."""

    invoice_id: str
    revision: int | None = None  # of the lines that were looked at; refused if it is another now
    lines: Given[tuple[NewLine, ...]] = UNSET
    retax: bool = False  # tax the lines again, at the rates that their codes have today
    issue_date: Given[date | None] = UNSET
    payment_term_days: Given[int] = UNSET
    external_number: Given[str | None] = UNSET
    memo: Given[str | None] = UNSET
    purchase_order_number: Given[str | None] = UNSET
    details: Details = field(default_factory=dict)  # merged into what is kept, key by key


class DeleteDraft(Command, frozen=True, kw_only=True):
    """Close a draft. It took no number, so it leaves no gap."""

    invoice_id: str


class FinalizeInvoice(Command, frozen=True, kw_only=True):
    """Number a draft, book it, and settle it with the credit named in `apply`."""

    invoice_id: str
    issue_date: date | None = None  # default: the draft's own, else today in the customer's zone
    series: str = "invoice"  # which one gives the number
    apply: Apply = Apply()  # what settles it at once
    skip_zero: bool = False  # a draft over nothing is closed instead, and takes no number
    retax: bool = False  # first tax the lines again, at the rates that their codes have today


class IssueInvoice(DraftInvoice, frozen=True, kw_only=True, tag=True):
    """Write down an invoice and finalize it in the same breath."""

    series: str = "invoice"  # which one gives the number
    apply: Apply = Apply()  # what settles it at once
    skip_zero: bool = False  # one over nothing is closed instead, and takes no number


class RecordInvoice(DraftInvoice, frozen=True, kw_only=True, tag=True):
    """Bring in an invoice issued elsewhere, with its own number, dates and state."""

    status: Status = Status.FINALIZED
    number: str | None = None  # without one, our series gives it
    series: str = "invoice"
    finalized_at: datetime | None = None
    due_date: date | None = None  # default: issue date and payment term
    voided_at: datetime | None = None
    apply: Apply = Apply()  # what settles it at once


class VoidInvoice(Command, frozen=True, kw_only=True):
    """Take an invoice out of the books, with everything that is given back for it."""

    invoice_id: str
    reason: str | None = None  # a code, of the tenant's list if it has one
    comment: str | None = None  # in words
    dated: date | None = None  # default: as the tenant's `void_dated` says
    credit_minor: int = 0  # given as credit
    refund_minor: int = 0  # sent back, out of the money received
    tolerance_minor: int = 0  # credit and refund may ask for so much more; they are cut to fit
    credit_to: CreditTo = CreditTo.NOTE
    note: VoidNote = VoidNote.REQUESTED  # which credit note documents it
    give_back: GiveBack = GiveBack()  # what becomes spendable again of credit that settled it
    top_up: TopUpPolicy = TopUpPolicy.KEEP  # what becomes of credits that it sold
    note_id: str | None = None  # default: a fresh one
    remainder_note_id: str | None = None  # default: a fresh one


class AnnotateInvoice(Command, frozen=True, kw_only=True):
    """Say something of an invoice that moves no money; a success said of a top-up lands it."""

    invoice_id: str
    payment_status: str | None = None  # pending, succeeded or failed: until money says otherwise
    metadata: Given[MetadataChange] = UNSET
    details: Details = field(default_factory=dict)  # merged into what is kept, key by key


class LoseDispute(Command, frozen=True, kw_only=True):
    """Remember that the customer's bank decided against us; no money moves by it."""

    invoice_id: str


class CollectInvoice(Command, frozen=True, kw_only=True):
    """Try to collect what is outstanding again."""

    invoice_id: str


class RegenerateInvoice(Command, frozen=True, kw_only=True):
    """Replace a voided invoice by a corrected one, linked both ways; at most once."""

    invoice_id: str
    new_invoice_id: str
    status: Status = Status.DRAFT  # draft, or finalized at once
    void_first: VoidInvoice | None = None  # in the same breath
    lines: Given[tuple[NewLine, ...]] = UNSET  # default: the lines of the original
    retax: bool = False  # tax repeated lines as such lines are taxed today
    purchase_order_number: Given[str | None] = UNSET  # default: that of the original
    details: Given[Details] = UNSET  # default: those of the original
    issue_date: date | None = None
    series: str = "invoice"
    apply: Apply = Apply()


class WriteOffInvoice(Command, frozen=True, kw_only=True):
    """Give up what is owed, whole or in part."""

    invoice_id: str
    write_off_id: str
    amount_minor: int | None = None  # default: all that is outstanding
    account: str | None = None  # default: BAD_DEBT
    reason: str | None = None
    dated: date | None = None  # default: today


class ReverseWriteOff(Command, frozen=True, kw_only=True):
    """Ask again for what was written off."""

    write_off_id: str
