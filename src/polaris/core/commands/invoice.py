"""Commands about one invoice, from its draft to its void."""

from datetime import date, datetime

from msgspec import field

from polaris.core.commands.base import Command
from polaris.core.commands.values import Apply, GiveBack, NewLine, TopUpPolicy, VoidNote
from polaris.core.facts.credit_note import CreditTo
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
    details: dict[str, object] = field(default_factory=dict)  # kept as given


class EditDraft(Command, frozen=True, kw_only=True):
    """Change the given fields of a draft; lines are replaced as a whole."""

    invoice_id: str
    revision: int | None = None  # of the lines that were looked at; refused if it is another now
    lines: tuple[NewLine, ...] | None = None
    issue_date: date | None = None
    payment_term_days: int | None = None
    external_number: str | None = None
    memo: str | None = None
    details: dict[str, object] | None = None


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
    details: dict[str, object] | None = None  # merged into what is kept, key by key


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
    lines: tuple[NewLine, ...] | None = None  # default: the lines of the original
    details: dict[str, object] | None = None  # default: those of the original
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
