"""Money received, and money owed back."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from msgspec import field

from polaris.core.facts.row import Changing


class PaymentState(StrEnum):
    """Where a payment stands at its provider."""

    IN_PROGRESS = "in_progress"
    NEEDS_ATTENTION = "needs_attention"  # waits for the customer
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REVERSED = "reversed"  # charged back, or failed after it had succeeded


class RefundState(StrEnum):
    """Where a refund stands. All but `settled` and `converted` are still owed."""

    REQUESTED = "requested"
    PENDING = "pending"  # handed to the provider
    FAILED = "failed"
    SETTLED = "settled"
    CONVERTED = "converted"  # given as a credit note instead


class Payment(Changing, frozen=True, array_like=True, kw_only=True):
    """Money from a customer. It is received once, then applied to invoices."""

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
    account: str  # where the money lies
    received_at: datetime  # business time
    intended: dict[str, int] = field(default_factory=dict)  # what to apply once it is here
    created_at: datetime

    @property
    def manual(self) -> bool:
        """Whether no provider can send the money back by itself."""
        return self.provider == "manual"


class Refund(Changing, frozen=True, array_like=True, kw_only=True):
    """Money to go back out of one payment."""

    table: ClassVar[str] = "refund"
    found_by: ClassVar[tuple[str, ...]] = ("note_id", "payment_id", "settlement_id")

    customer_id: str
    payment_id: str
    settlement_id: str | None = None  # the application it is taken from
    invoice_id: str | None = None
    note_id: str | None = None  # the note that asked for it, or whose balance it pays out
    of_balance: bool = False  # pays out a note's balance, rather than its refund part
    currency: str
    amount_minor: int
    state: RefundState = RefundState.REQUESTED
    reason: str | None = None
    reference: str | None = None  # the provider's own id
    requested_at: datetime
    settled_at: datetime | None = None
    entry_id: str | None = None  # the entry that booked its settling
