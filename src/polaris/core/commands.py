"""What can be asked of the engine. Ids of new things and times come with the asking.

Amounts are minor units of the named currency; dates are business dates.
"""

from datetime import date, datetime
from decimal import Decimal

import msgspec
from msgspec import field

from polaris.core.invoice import InvoiceKind, LineKind, PriceType, Rounding, Status
from polaris.core.note import CreditTo
from polaris.core.parts import (
    Apply,
    CreditedLine,
    GiveBack,
    NewLine,
    TaxRate,
    TopUpPolicy,
    VoidNote,
)
from polaris.core.payment import PaymentState, RefundState


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="command", tag=True, gc=False):
    """A wish to change something. Its fields are the whole policy: no rule asks who called."""


# ---------------------------------------------------------------- the invoice's own life


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


# ---------------------------------------------------------------- money


class ReceivePayment(Command, frozen=True, kw_only=True):
    """Money came, is coming, or did not come; once it is here it is applied as `apply_to` says."""

    payment_id: str
    customer_id: str | None = None  # default: the customer of the first invoice named
    currency: str
    amount_minor: int
    state: PaymentState = PaymentState.SUCCEEDED
    provider: str = "manual"  # manual: no provider can send it back by itself
    method: str | None = None
    reference: str | None = None  # the provider's own id
    account: str | None = None  # where the money lies; default: by provider
    fee_minor: int = 0  # what the provider kept
    received_at: datetime | None = None  # default: now
    apply_to: dict[str, int] = field(default_factory=dict)  # most to apply, by invoice id


class UpdatePayment(Command, frozen=True, kw_only=True):
    """The provider reports how a payment goes on: succeeded, failed, waiting, reversed."""

    payment_id: str
    state: PaymentState
    reference: str | None = None  # the provider's own id
    fee_minor: int = 0  # what the provider kept
    received_at: datetime | None = None  # when it succeeded; default: now


class ApplyPayment(Command, frozen=True, kw_only=True):
    """Settle an invoice with unused money. Without an amount: as much as both allow."""

    payment_id: str
    invoice_id: str
    amount_minor: int | None = None


class RemovePayment(Command, frozen=True, kw_only=True):
    """Take a payment off an invoice, or release what is held of it; it stays the customer's."""

    payment_id: str
    invoice_id: str


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


# ---------------------------------------------------------------- credit notes


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
    details: dict[str, object] = field(default_factory=dict)


class IssueStandaloneNote(Command, frozen=True, kw_only=True):
    """Give a customer credit that is of no invoice."""

    note_id: str
    customer_id: str
    currency: str
    lines: tuple[CreditedLine, ...]
    reason: str = "other"
    description: str | None = None
    dated: date | None = None  # default: today
    details: dict[str, object] = field(default_factory=dict)


class AnnotateCreditNote(Command, frozen=True, kw_only=True):
    """Say something of a note. What is said of its refund happened: its refunds move there."""

    note_id: str
    refund_status: RefundState | None = None  # pending, settled or failed
    details: dict[str, object] | None = None  # merged into what is kept, key by key


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


# ---------------------------------------------------------------- refunds


class RequestRefund(Command, frozen=True, kw_only=True):
    """Ask for money to go back: a note's balance, money held for a voided invoice, or excess."""

    refund_id: str
    amount_minor: int
    note_id: str | None = None  # whose balance it is
    payment_id: str | None = None  # whose unused money it is; with an invoice, only of this payment
    invoice_id: str | None = None  # the voided invoice whose held money it is
    reason: str | None = None


class UpdateRefund(Command, frozen=True, kw_only=True):
    """The provider reports how a refund goes on: pending, settled, failed, even after settling."""

    refund_id: str
    state: RefundState
    reference: str | None = None  # the provider's own id


class ConvertRefund(Command, frozen=True, kw_only=True):
    """Give a refund that has not gone out as a credit note instead."""

    refund_id: str
    note_id: str  # for a new note, when no note asked for the refund


# ---------------------------------------------------------------- wallets


class OpenWallet(Command, frozen=True, kw_only=True):
    """Open a wallet in one currency."""

    wallet_id: str
    customer_id: str
    currency: str
    name: str = ""
    code: str | None = None
    priority: int = 50  # 1 is spent first
    rate: Decimal = Decimal(1)  # units of currency for one credit
    expires_at: datetime | None = None  # a default for its credits
    details: dict[str, object] = field(default_factory=dict)


class UpdateWallet(Command, frozen=True, kw_only=True):
    """Change the given fields of an active wallet."""

    wallet_id: str
    name: str | None = None
    priority: int | None = None  # 1 is spent first
    expires_at: datetime | None = None  # a default for credits to come
    details: dict[str, object] | None = None  # merged into what is kept, key by key


class GrantCredits(Command, frozen=True, kw_only=True):
    """Give credits for nothing. Books nothing until they are spent."""

    lot_id: str
    wallet_id: str
    amount_minor: int
    priority: int = 50  # 1 is spent first
    expires_at: datetime | None = None  # default: the wallet's
    details: dict[str, object] = field(default_factory=dict)  # kept with the movement


class BuyCredits(Command, frozen=True, kw_only=True):
    """Sell credits by a top-up invoice; they land once it is settled."""

    invoice_id: str
    wallet_id: str
    amount_minor: int
    taxes: tuple[TaxRate, ...] = ()
    issue_date: date | None = None
    series: str = "invoice"
    details: dict[str, object] = field(default_factory=dict)  # kept with invoice and movement

    @property
    def lines(self) -> tuple[NewLine, ...]:
        """The one line of the invoice."""
        return (
            NewLine(
                kind=LineKind.TOP_UP,
                amount_minor=self.amount_minor,
                taxes=self.taxes,
                wallet_id=self.wallet_id,
            ),
        )


class RestoreCredits(Command, frozen=True, kw_only=True):
    """Take wallet credits off an invoice, or release parked ones, back into their lots."""

    invoice_id: str


class VoidCredits(Command, frozen=True, kw_only=True):
    """Take credits out of a wallet."""

    lot_id: str
    amount_minor: int | None = None  # default: what is left


class VoidWalletCredits(Command, frozen=True, kw_only=True):
    """Take credits out of a wallet, in the order in which they would be spent."""

    wallet_id: str
    amount_minor: int
    details: dict[str, object] = field(default_factory=dict)  # kept with the movements


class ExpireCredits(Command, frozen=True, kw_only=True):
    """Let a lot lapse whose time has come."""

    lot_id: str


class TerminateWallet(Command, frozen=True, kw_only=True):
    """Close a wallet. What was purchased is still owed, so nothing is booked."""

    wallet_id: str
