"""Grant, spend, restore, void and expire wallet credits."""

from polaris.core.actions.open_wallet import first_wallet, open_for
from polaris.core.balances.lot import record_movement, refill
from polaris.core.balances.settlement import remove, settle
from polaris.core.balances.wallet import in_order, spendable
from polaris.core.commands import (
    ExpireCredits,
    GrantCredits,
    RestoreCredits,
    VoidCredits,
    VoidWalletCredits,
)
from polaris.core.decision import Decision
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.details import Details
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, InvoiceKind, Settlement, SettlementKind
from polaris.core.facts.wallet import Lot, LotFunding, MovementKind, Wallet
from polaris.core.ledger import recipes
from polaris.core.ledger.posting import EntryKind, PostingContext


def grant(decision: Decision, command: GrantCredits) -> None:
    """Add credits without payment. Nothing is booked before they are spent."""
    wallet = decision.the(Wallet, command.wallet_id)
    lot = Lot(
        id=command.lot_id,
        wallet_id=wallet.id,
        customer_id=wallet.customer_id,
        funding=LotFunding.GRANTED,
        amount_minor=command.amount_minor,
        left_minor=command.amount_minor,
        priority=command.priority,
        landed_at=decision.at,
        expires_at=command.expires_at or wallet.expires_at,
    )
    decision.put(lot)
    record_movement(
        decision, lot, MovementKind.GRANTED, command.amount_minor, None, command.details
    )
    decision.emit(EventKind.CREDITS_GRANTED, None, lot)


def credit_wallet(decision: Decision, note: CreditNote) -> None:
    """Add a note's credit to the customer's wallet as a lot; open a wallet if there is none."""
    wallet = first_wallet(decision, note) or open_for(decision, note)
    lot = Lot(
        id=decision.new_id(),
        wallet_id=wallet.id,
        customer_id=note.customer_id,
        funding=LotFunding.PURCHASED,
        amount_minor=note.credit_minor,
        left_minor=note.credit_minor,
        note_id=note.id,
        landed_at=decision.at,
    )
    decision.put(lot)
    record_movement(decision, lot, MovementKind.CREDITED, note.credit_minor, note.invoice_id)
    decision.emit(EventKind.CREDITS_PURCHASED, None, lot)


def consume(decision: Decision, invoice_id: str) -> None:
    """Settle an invoice with wallet credits until either is used up. They never buy credits."""
    if decision.the(Invoice, invoice_id).kind is InvoiceKind.TOP_UP:
        return
    for lot in spendable(decision, decision.the(Invoice, invoice_id)):
        amount = min(lot.left_minor, decision.the(Invoice, invoice_id).outstanding_minor)
        if amount:
            spend(decision, lot, invoice_id, amount)


def spend(decision: Decision, lot: Lot, invoice_id: str, amount_minor: int) -> None:
    """Settle an invoice with credits of one lot (recipe 16)."""
    after = decision.change(lot, left_minor=lot.left_minor - amount_minor)
    record_movement(decision, lot, MovementKind.CONSUMED, -amount_minor, invoice_id)
    leg = recipes.credits_consumed(lot.funding is LotFunding.PURCHASED, amount_minor)
    booked = EntryKind.CREDITS_CONSUMED, leg
    settle(decision, invoice_id, SettlementKind.WALLET, lot, amount_minor, booked)
    decision.emit(EventKind.CREDITS_CONSUMED, lot, after, invoice_id)


def restore(decision: Decision, command: RestoreCredits) -> None:
    """Put wallet credits that an invoice used, or that a void parked, back into their lots."""
    for row in decision.of(Settlement, "invoice_id", command.invoice_id):
        if row.kind is SettlementKind.WALLET and (row.live or row.held_minor):
            freed = row.amount_minor if row.live else row.held_minor
            if row.live:
                remove(decision, row)
            else:
                decision.change(row, held_minor=0)
            refill(decision, row.source_id, freed, command.invoice_id)


def void_credits(decision: Decision, command: VoidCredits) -> None:
    """Take credits out of one lot."""
    lot = decision.the(Lot, command.lot_id)
    lapse(
        decision,
        lot,
        command.amount_minor or lot.left_minor,
        MovementKind.VOIDED,
        EventKind.CREDITS_VOIDED,
    )


def void_wallet_credits(decision: Decision, command: VoidWalletCredits) -> None:
    """Take credits out of a wallet's lots, in the order in which they would be spent."""
    left = command.amount_minor
    for lot in in_order(decision, [decision.the(Wallet, command.wallet_id)]):
        amount = min(left, lot.left_minor)
        if amount:
            movement, event = MovementKind.VOIDED, EventKind.CREDITS_VOIDED
            lapse(decision, lot, amount, movement, event, command.details)
            left -= amount


def expire(decision: Decision, command: ExpireCredits) -> None:
    """Expire the rest of a lot."""
    lot = decision.the(Lot, command.lot_id)
    lapse(decision, lot, lot.left_minor, MovementKind.EXPIRED, EventKind.CREDITS_EXPIRED)


def lapse(
    decision: Decision,
    lot: Lot,
    amount_minor: int,
    movement: MovementKind,
    event: EventKind,
    details: Details | None = None,
) -> None:
    """Take unspent credits out of their lot. Purchased ones become income (recipe 18)."""
    after = decision.change(lot, left_minor=lot.left_minor - amount_minor)
    record_movement(decision, lot, movement, -amount_minor, None, details)
    if lot.funding is LotFunding.PURCHASED:
        wallet = decision.the(Wallet, lot.wallet_id)
        context = PostingContext(wallet.currency, lot.customer_id, None, Lot.table, lot.id)
        decision.enter(EntryKind.CREDITS_LAPSED, context.post(recipes.credits_lapsed(amount_minor)))
    decision.emit(event, lot, after)
