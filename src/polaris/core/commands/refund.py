"""Commands about refunds."""

from polaris.core.commands.base import Command
from polaris.core.facts.payment import RefundState


class RequestRefund(Command, frozen=True, kw_only=True):
    """Refund a note's balance, money held for a voided invoice, or unused money."""

    refund_id: str
    amount_minor: int
    note_id: str | None = None  # refund the balance of this credit note
    payment_id: str | None = None  # refund unused money of it; with an invoice, its held money
    invoice_id: str | None = None  # refund money that is held for this voided invoice
    reason: str | None = None


class UpdateRefund(Command, frozen=True, kw_only=True):
    """Record the state of a refund that its provider reports; a settled one can still fail."""

    refund_id: str
    state: RefundState
    reference: str | None = None  # the provider's own id
    failure: str | None = None  # why it failed or is unknown


class RecordRefund(Command, frozen=True, kw_only=True):
    """Record a refund that the provider has made without a request of Polaris.

    It is taken from unused money of the payment, or from money held for one voided invoice. If
    neither is enough, only a task is opened.
    """

    refund_id: str
    payment_id: str
    amount_minor: int
    state: RefundState = RefundState.SETTLED
    reference: str | None = None  # the provider's own id


class ConvertRefund(Command, frozen=True, kw_only=True):
    """Give a refund that was not paid out as credit instead."""

    refund_id: str
    note_id: str  # the id of a new note, used when no credit note requested the refund
