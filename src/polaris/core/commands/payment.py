"""Commands about money received."""

from datetime import datetime

from msgspec import field

from polaris.core.commands.base import Command
from polaris.core.facts.payment import PaymentState


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
