"""Commands about payments."""

from datetime import datetime

from msgspec import field

from polaris.core.commands.base import Command
from polaris.core.facts.payment import PaymentState


class ReceivePayment(Command, frozen=True, kw_only=True):
    """Record a payment in any state. Once its money arrives, it is applied as `apply_to` says."""

    payment_id: str
    customer_id: str | None = None  # default: the customer of the first invoice named
    currency: str
    amount_minor: int
    state: PaymentState = PaymentState.SUCCEEDED
    provider: str = "manual"  # manual: no payment provider can send the money back by itself
    method: str | None = None
    reference: str | None = None  # the provider's own id
    account: str | None = None  # ledger account of the money; default: by provider
    fee_minor: int = 0  # what the provider kept
    received_at: datetime | None = None  # default: now
    apply_to: dict[str, int] = field(default_factory=dict)  # largest amount, by invoice id


class UpdatePayment(Command, frozen=True, kw_only=True):
    """Record the state of a payment that its provider reports."""

    payment_id: str
    state: PaymentState
    reference: str | None = None  # the provider's own id
    fee_minor: int = 0  # what the provider kept
    received_at: datetime | None = None  # when it succeeded; default: now


class ApplyPayment(Command, frozen=True, kw_only=True):
    """Settle an invoice with unused money. Default amount: the smaller of both."""

    payment_id: str
    invoice_id: str
    amount_minor: int | None = None


class RemovePayment(Command, frozen=True, kw_only=True):
    """Remove a payment from an invoice, or release its held money; it becomes unused."""

    payment_id: str
    invoice_id: str
