"""Prepaid and granted credits: opened, granted, sold, spent in order, restored, lapsed."""

from datetime import date, datetime

from polaris.core import ledger
from polaris.core.commands import (
    ExpireCredits,
    GrantCredits,
    OpenWallet,
    RestoreCredits,
    TerminateWallet,
    UpdateWallet,
    VoidCredits,
    VoidWalletCredits,
)
from polaris.core.customer import Lot, LotFunding, MovementKind, Wallet, WalletStatus
from polaris.core.decision import Decision
from polaris.core.events import EventKind
from polaris.core.invoice import Invoice, Settlement, SettlementKind
from polaris.core.ledger import EntryKind, Place
from polaris.core.note import CreditNote
from polaris.core.settle import move, remove, settle


def open_wallet(decision: Decision, command: OpenWallet) -> None:
    """Open an empty wallet."""
    wallet = Wallet(
        id=command.wallet_id,
        customer_id=command.customer_id,
        name=command.name,
        code=command.code,
        currency=command.currency,
        priority=command.priority,
        rate=command.rate,
        expires_at=command.expires_at,
        details=command.details,
        created_at=decision.at,
    )
    decision.put(wallet)
    decision.tell(EventKind.WALLET_OPENED, None, wallet)


def update(decision: Decision, command: UpdateWallet) -> None:
    """Change the fields given."""
    before = decision.the(Wallet, command.wallet_id)
    fields = ("name", "priority", "expires_at")
    given = {name: value for name in fields if (value := getattr(command, name)) is not None}
    details = {**before.details, **(command.details or {})}
    after = decision.change(before, **given, details=details)
    decision.tell(EventKind.WALLET_CHANGED, before, after)


def grant(decision: Decision, command: GrantCredits) -> None:
    """Give credits for nothing; nothing is booked before they are spent."""
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
    move(decision, lot, MovementKind.GRANTED, command.amount_minor, None, command.details)
    decision.tell(EventKind.CREDITS_GRANTED, None, lot)


def credit_wallet(decision: Decision, note: CreditNote) -> None:
    """A note's credit becomes a lot of the customer's wallet, opened when there is none."""
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
    move(decision, lot, MovementKind.CREDITED, note.credit_minor, note.invoice_id)
    decision.tell(EventKind.CREDITS_PURCHASED, None, lot)


def first_wallet(decision: Decision, note: CreditNote) -> Wallet | None:
    """The active wallet of the note's currency that is spent first."""
    wallets = [
        row
        for row in decision.of(Wallet, "customer_id", note.customer_id)
        if row.status is WalletStatus.ACTIVE and row.currency == note.currency
    ]
    return min(wallets, key=lambda row: (row.priority, row.created_at, row.id), default=None)


def open_for(decision: Decision, note: CreditNote) -> Wallet:
    """A wallet to take a note's credit."""
    wallet = Wallet(
        id=decision.new_id(),
        customer_id=note.customer_id,
        currency=note.currency,
        created_at=decision.at,
    )
    decision.tell(EventKind.WALLET_OPENED, None, wallet)
    return decision.put(wallet)


def spendable(decision: Decision, invoice: Invoice) -> list[Lot]:
    """Lots to spend on an invoice, in that order."""
    wallets = decision.of(Wallet, "customer_id", invoice.customer_id)
    active = [row for row in wallets if row.status is WalletStatus.ACTIVE]
    return in_order(decision, [row for row in active if row.currency == invoice.currency])


def in_order(decision: Decision, wallets: list[Wallet]) -> list[Lot]:
    """What is left in wallets: by wallet, lot priority, granted before purchased, oldest."""
    by_id = {row.id: row for row in wallets}

    def key(lot: Lot) -> tuple[int, datetime, int, bool, datetime, str]:
        wallet = by_id[lot.wallet_id]
        bought = lot.funding is LotFunding.PURCHASED
        return wallet.priority, wallet.created_at, lot.priority, bought, lot.landed_at, lot.id

    lots = [
        lot
        for wallet_id in by_id
        for lot in decision.of(Lot, "wallet_id", wallet_id)
        if lot.left_minor and not expired(lot, decision.at)
    ]
    return sorted(lots, key=key)


def expired(lot: Lot, at: datetime) -> bool:
    """Whether a lot's time has come."""
    return lot.expires_at is not None and lot.expires_at <= at


def consume(decision: Decision, invoice_id: str, day: date | None) -> None:
    """Settle an invoice with wallet credits, as far as they and it go."""
    for lot in spendable(decision, decision.the(Invoice, invoice_id)):
        amount = min(lot.left_minor, decision.the(Invoice, invoice_id).outstanding_minor)
        if amount:
            spend(decision, lot, invoice_id, amount, day)


def spend(
    decision: Decision, lot: Lot, invoice_id: str, amount_minor: int, day: date | None
) -> None:
    """Settle an invoice with one lot."""
    after = decision.change(lot, left_minor=lot.left_minor - amount_minor)
    move(decision, lot, MovementKind.CONSUMED, -amount_minor, invoice_id)
    leg = ledger.credits_consumed(lot.funding is LotFunding.PURCHASED, amount_minor)
    booked = EntryKind.CREDITS_CONSUMED, leg
    settle(decision, invoice_id, SettlementKind.WALLET, lot, amount_minor, booked, day)
    decision.tell(EventKind.CREDITS_CONSUMED, lot, after, invoice_id)


def refill(decision: Decision, lot_id: str, amount_minor: int, invoice_id: str | None) -> None:
    """Credits go back into their lot."""
    lot = decision.the(Lot, lot_id)
    after = decision.change(lot, left_minor=lot.left_minor + amount_minor)
    move(decision, lot, MovementKind.RESTORED, amount_minor, invoice_id)
    decision.tell(EventKind.CREDITS_RESTORED, lot, after, invoice_id)


def revoke(decision: Decision, lot: Lot, amount_minor: int) -> None:
    """Unspent bought credits go, because their purchase is taken back."""
    after = decision.change(lot, left_minor=lot.left_minor - amount_minor)
    move(decision, lot, MovementKind.REVOKED, -amount_minor, lot.invoice_id)
    decision.tell(EventKind.CREDITS_VOIDED, lot, after, lot.invoice_id)


def restore(decision: Decision, command: RestoreCredits) -> None:
    """Take wallet credits off an invoice, or release what a void parked of them."""
    for row in decision.of(Settlement, "invoice_id", command.invoice_id):
        if row.kind is SettlementKind.WALLET and (row.live or row.held_minor):
            freed = row.amount_minor if row.live else row.held_minor
            if row.live:
                remove(decision, row)
            else:
                decision.change(row, held_minor=0)
            refill(decision, row.source_id, freed, command.invoice_id)


def void_credits(decision: Decision, command: VoidCredits) -> None:
    """Take credits out of a wallet."""
    lot = decision.the(Lot, command.lot_id)
    lapse(
        decision,
        lot,
        command.amount_minor or lot.left_minor,
        MovementKind.VOIDED,
        EventKind.CREDITS_VOIDED,
    )


def void_wallet_credits(decision: Decision, command: VoidWalletCredits) -> None:
    """Take credits out of a wallet's lots, as they would be spent."""
    left = command.amount_minor
    for lot in in_order(decision, [decision.the(Wallet, command.wallet_id)]):
        amount = min(left, lot.left_minor)
        if amount:
            why, told = MovementKind.VOIDED, EventKind.CREDITS_VOIDED
            lapse(decision, lot, amount, why, told, command.details)
            left -= amount


def expire(decision: Decision, command: ExpireCredits) -> None:
    """Let a lot lapse."""
    lot = decision.the(Lot, command.lot_id)
    lapse(decision, lot, lot.left_minor, MovementKind.EXPIRED, EventKind.CREDITS_EXPIRED)


def lapse(
    decision: Decision,
    lot: Lot,
    amount_minor: int,
    why: MovementKind,
    told: EventKind,
    details: dict[str, object] | None = None,
) -> None:
    """Credits end unspent; purchased ones are income."""
    after = decision.change(lot, left_minor=lot.left_minor - amount_minor)
    move(decision, lot, why, -amount_minor, None, details)
    if lot.funding is LotFunding.PURCHASED:
        wallet = decision.the(Wallet, lot.wallet_id)
        where = Place(wallet.currency, lot.customer_id, None, Lot.table, lot.id)
        decision.enter(EntryKind.CREDITS_LAPSED, where.post(ledger.credits_lapsed(amount_minor)))
    decision.tell(told, lot, after)


def terminate(decision: Decision, command: TerminateWallet) -> None:
    """Close a wallet; nothing is booked."""
    before = decision.the(Wallet, command.wallet_id)
    after = decision.change(before, status=WalletStatus.TERMINATED, terminated_at=decision.at)
    decision.tell(EventKind.WALLET_TERMINATED, before, after)
