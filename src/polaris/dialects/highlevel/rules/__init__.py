"""HighLevel's rules in addition to the engine's: a void must not concern money that is kept."""

from polaris.core import refusals
from polaris.core.commands import ReceivePayment, VoidInvoice
from polaris.core.decision import Decision
from polaris.core.facts.invoice import Settlement, Status
from polaris.core.facts.payment import Payment, Refund, RefundState
from polaris.core.rules.payment import FOR_ONE_INVOICE, no_payment_under_way
from polaris.core.rules.requirement import Case, Details, requires, unless
from polaris.core.transition import Dialect, adds
from polaris.dialects.highlevel.rules.settings import NAME, settings_of


@requires(refusals.MoneyReceived)
def no_money_kept(case: Case[VoidInvoice]) -> Details | None:
    """All money received for the invoice was sent back.

    With the setting `manual_payments_block_void` off, manual payments do not count.
    """
    if case.invoice.status is not Status.FINALIZED:
        return None
    kept = sum(kept_minor(case.decision, row) for row in case.balance.payments)
    return unless(not kept, received_minor=kept)


def kept_minor(decision: Decision, settlement: Settlement) -> int:
    """Return the money of a payment's application whose refund has not settled, in minor units."""
    payment = decision.the(Payment, settlement.source_id)
    if payment.manual and not settings_of(decision.tenant.details).manual_payments_block_void:
        return 0
    refunds = decision.of(Refund, "settlement_id", settlement.id)
    sent_back = sum(row.amount_minor for row in refunds if row.state is RefundState.SETTLED)
    return settlement.amount_minor - sent_back


HIGHLEVEL = Dialect(
    NAME,
    dict(
        (
            adds(VoidInvoice, no_payment_under_way, no_money_kept),
            adds(ReceivePayment, *FOR_ONE_INVOICE),
        )
    ),
)
"""The dialect's rules, by command."""
