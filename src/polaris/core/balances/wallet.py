"""Which credits can be spent, and in which order."""

from datetime import datetime

from polaris.core.decision import Decision
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.wallet import Lot, LotFunding, Wallet, WalletStatus


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
