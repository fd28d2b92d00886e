"""Requirements about refunds. Each sentence states what must hold."""

from polaris.core import refusals
from polaris.core.balances.funding import refundable_fundings
from polaris.core.balances.refund import REPORTED_FROM, UNDER_WAY
from polaris.core.commands import (
    RecordRefund,
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
    """The refund can move to the reported state from its present one."""
    before, reported = case.refund.state, case.command.state
    # An ended refund and a repeated report have refusals of their own.
    possible = before in (reported, RefundState.CONVERTED, *REPORTED_FROM.get(reported, ()))
    return unless(possible and reported in REPORTED_FROM, field="state", state=before)


@requires(refusals.RefundUnderWay)
def refund_not_under_way(case: AnyCase) -> Details | None:
    """No payment provider is sending the money."""
    return unless(case.refund.state not in UNDER_WAY, state=case.refund.state)


@requires(refusals.StateNotPossible)
def recorded_state_known(case: Case[RecordRefund]) -> Details | None:
    """The recorded state is pending or settled."""
    known = case.command.state in (RefundState.PENDING, RefundState.SETTLED)
    return unless(known, field="state", state=case.command.state)


@requires(refusals.NotRefundable)
def recorded_within_payment(case: Case[RecordRefund]) -> Details | None:
    """The recorded amount is at most the amount of the payment."""
    return at_most("amount_minor", case.command.amount_minor, case.payment.amount_minor)


REQUEST = (input.refund_is_new, input.refund_source_named, *input.AMOUNT, money_behind_refund)
UPDATE = (refund_moves_on, refund_not_converted, refund_state_reported)
CONVERT = (input.note_is_new, refund_not_converted, refund_not_settled, refund_not_under_way)
RECORD = (input.refund_is_new, *input.AMOUNT, recorded_state_known, recorded_within_payment)
