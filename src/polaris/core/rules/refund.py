"""Requirements about refunds. Each sentence states what must hold."""

from polaris.core import refusals
from polaris.core.balances.funding import refundable_fundings
from polaris.core.balances.refund import MOVED_FROM
from polaris.core.commands import (
    RequestRefund,
    UpdateRefund,
)
from polaris.core.facts.payment import RefundState
from polaris.core.rules import input
from polaris.core.rules.requirement import AnyCase, Case, Details, at_most, requires, unless


@requires(refusals.NotRefundable)
def money_behind_refund(case: Case[RequestRefund]) -> Details | None:
    """The amount is at most the money that the source of the refund still holds."""
    return at_most("amount_minor", case.command.amount_minor, refund_limit(case))


def refund_limit(case: Case[RequestRefund]) -> int:
    """Return the largest refundable amount of the source that the command names, in minor units."""
    if case.command.note_id:
        behind = sum(row.amount_minor for row in refundable_fundings(case.decision, case.note))
        return min(case.note.balance_minor, behind)
    if case.command.invoice_id:
        rows = case.balance.payments
        wanted = case.command.payment_id
        return sum(row.held_minor for row in rows if wanted in (None, row.source_id))
    return case.payment.unused_minor


@requires(refusals.RefundEnded)
def refund_not_converted(case: AnyCase) -> Details | None:
    """The refund has not been converted to credit."""
    return unless(case.refund.state is not RefundState.CONVERTED, state=case.refund.state)


@requires(refusals.RefundEnded)
def refund_not_settled(case: AnyCase) -> Details | None:
    """The refund has not been settled."""
    return unless(case.refund.state is not RefundState.SETTLED, state=case.refund.state)


@requires(refusals.AlreadyInState)
def refund_moves_on(case: Case[UpdateRefund]) -> Details | None:
    """The refund is not yet in the reported state."""
    return unless(case.refund.state is not case.command.state, state=case.refund.state)


@requires(refusals.StateNotPossible)
def refund_state_reported(case: Case[UpdateRefund]) -> Details | None:
    """The reported state is pending, settled or failed; after settled it can only be failed."""
    back = case.refund.state is RefundState.SETTLED and case.command.state is RefundState.PENDING
    return unless(case.command.state in MOVED_FROM and not back, field="state")


REQUEST = (input.refund_is_new, input.refund_source_named, *input.AMOUNT, money_behind_refund)
UPDATE = (refund_moves_on, refund_not_converted, refund_state_reported)
CONVERT = (input.note_is_new, refund_not_converted, refund_not_settled)
