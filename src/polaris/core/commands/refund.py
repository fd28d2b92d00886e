"""Commands about refunds."""

from polaris.core.commands.base import Command
from polaris.core.facts.payment import RefundState


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
