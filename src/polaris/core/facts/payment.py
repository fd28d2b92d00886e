"""Payments from customers and refunds to them."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from msgspec import field

from polaris.core.facts.row import Changing


class PaymentState(StrEnum):
    """The state of a payment at its payment provider."""

    IN_PROGRESS = "in_progress"
    NEEDS_ATTENTION = "needs_attention"  # waits for an action of the customer
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REVERSED = "reversed"  # charged back, or failed after it had succeeded


MANUAL = "manual"
"""The provider of payments that came without one: people pay their refunds out by hand."""


class RefundState(StrEnum):
    """The state of a refund. It is owed unless it is `settled` or `converted`."""

    REQUESTED = "requested"
    SENT = "sent"  # the payment provider is being asked
    UNKNOWN = "unknown"  # the payment provider was asked and gave no clear answer
    PENDING = "pending"  # the payment provider has accepted it
    FAILED = "failed"
    SETTLED = "settled"
    CONVERTED = "converted"  # given as a credit note instead


class Payment(Changing, frozen=True, array_like=True, kw_only=True):
    """A payment from a customer. It is received once, then applied to invoices."""

    table: ClassVar[str] = "payment"
    found_by: ClassVar[tuple[str, ...]] = ("customer_id",)

    customer_id: str
    currency: str
    amount_minor: int
    unused_minor: int = 0  # received, neither applied, held, refunded nor turned into credit
    fee_minor: int = 0
    state: PaymentState
    method: str | None = None
    provider: str  # "manual" for cash, cheque and transfer
    reference: str | None = None  # the provider's own id
    account: str  # the ledger account of the money
    received_at: datetime  # business time
    intended: dict[str, int] = field(default_factory=dict)  # amounts to apply, by invoice id
    created_at: datetime
    available_from: date | None = None  # no entry that uses its money is dated earlier

    @property
    def waits(self) -> bool:
        """True if its money may still arrive."""
        return self.state in (PaymentState.IN_PROGRESS, PaymentState.NEEDS_ATTENTION)

    @property
    def manual(self) -> bool:
        """True if no payment provider can send the money back by itself."""
        return self.provider == MANUAL


class Refund(Changing, frozen=True, array_like=True, kw_only=True):
    """A refund: money of one payment that goes back to the customer."""

    table: ClassVar[str] = "refund"
    found_by: ClassVar[tuple[str, ...]] = ("note_id", "payment_id", "settlement_id")

    customer_id: str
    payment_id: str
    settlement_id: str | None = None  # the application of the payment that it is taken from
    invoice_id: str | None = None
    note_id: str | None = None  # the credit note that requested it, or that has the balance
    of_balance: bool = False  # pays out a note's balance instead of its refund part
    currency: str
    amount_minor: int
    state: RefundState = RefundState.REQUESTED
    reason: str | None = None
    reference: str | None = None  # the provider's own id
    requested_at: datetime
    settled_at: datetime | None = None
    entry_id: str | None = None  # the entry that booked its payout
    available_from: date | None = None  # no entry that pays it out is dated earlier
    failure: str | None = None  # why it failed or is unknown
