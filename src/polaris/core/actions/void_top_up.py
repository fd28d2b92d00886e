"""What a void does with the credits that its top-up invoice sold (recipe 20 f)."""

from polaris.core.balances.credit_note import credit_standing
from polaris.core.balances.funding import drawn
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.balances.lot import revoke
from polaris.core.balances.settlement import landed
from polaris.core.balances.top_up import credits_behind
from polaris.core.commands import VoidInvoice
from polaris.core.commands.values import TopUpPolicy
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import FundingKind
from polaris.core.facts.invoice import InvoiceKind, Settlement
from polaris.core.facts.payment import Refund, RefundState
from polaris.core.facts.wallet import Lot
from polaris.core.ledger import chart, recipes
from polaris.core.ledger.posting import Leg


def keep_or_revoke_top_up(
    decision: Decision, balance: InvoiceBalance, command: VoidInvoice
) -> list[Leg]:
    """Take credits out of the wallet as the command says. Return the legs (step f).

    Those that stay are paid out of what is held; the rest of them is granted.
    """
    if balance.invoice.kind is not InvoiceKind.TOP_UP:
        return []
    legs: list[Leg] = []
    stay = landed(decision, balance.invoice)
    for lot in decision.of(Lot, "invoice_id", balance.invoice.id):
        taken = min(lot.left_minor, taken_out(decision, balance, command, lot, stay))
        if taken:
            revoke(decision, lot, taken)
            legs.append(recipes.top_up_revoked(chart.UNEARNED, taken))
        stay -= taken
    for draw in drawn(decision, balance.settlements, stay):
        granted = draw.kind is FundingKind.GRANT
        source = chart.GRANTED_TOP_UPS if granted else draw.account
        legs.append(recipes.top_up_voided(source, draw.amount_minor))
    return legs


def taken_out(
    decision: Decision, balance: InvoiceBalance, command: VoidInvoice, lot: Lot, stay: int
) -> int:
    """Return the credits to take out of the lot, in minor units; it may not have as many."""
    earlier = credits_behind(balance, given_before(decision, balance))
    if command.top_up is TopUpPolicy.REVOKE:
        return lot.left_minor
    if command.top_up is TopUpPolicy.KEEP:
        return earlier
    now = command.credit_minor + command.refund_minor
    both = credits_behind(balance, given_before(decision, balance) + now)
    rows = (decision.the(Settlement, row.id) for row in balance.settlements)
    unpaid = stay - max(0, sum(row.held_minor for row in rows) - command.credit_minor)
    return max(both, unpaid)


def given_before(decision: Decision, balance: InvoiceBalance) -> int:
    """Return what the invoice's own notes gave as credit or refund and still stands."""
    refunds = [row for note in balance.notes for row in decision.of(Refund, "note_id", note.id)]
    return sum(credit_standing(decision, note) for note in balance.notes) + sum(
        row.amount_minor for row in refunds if row.state is not RefundState.CONVERTED
    )
