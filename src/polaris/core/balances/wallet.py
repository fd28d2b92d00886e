"""Wallet credits: which can be spent, in which order, their value, and purchase limits."""

from datetime import datetime
from decimal import ROUND_DOWN, Decimal, localcontext

from polaris.core.decision import Decision
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.wallet import Lot, LotFunding, Wallet, WalletStatus
from polaris.money import LARGEST_MINOR, exponent, rounded

FINEST_CREDIT = Decimal("0.00001")
_DIGITS = 100  # enough for the largest amount by the finest rate


def spendable(decision: Decision, invoice: Invoice) -> list[Lot]:
    """Return the lots that can be spent on an invoice, in spending order."""
    wallets = decision.of(Wallet, "customer_id", invoice.customer_id)
    active = [row for row in wallets if row.status is WalletStatus.ACTIVE]
    return in_order(decision, [row for row in active if row.currency == invoice.currency])


def in_order(decision: Decision, wallets: list[Wallet]) -> list[Lot]:
    """Return the unspent lots of wallets in spending order.

    The order is: wallet, lot priority, granted before purchased, the oldest first.
    """
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


def expired(row: Lot | Wallet, at: datetime) -> bool:
    """True if a lot or a wallet has passed its expiry time."""
    return row.expires_at is not None and row.expires_at <= at


def credits_of(amount_minor: int, rate: Decimal, currency: str) -> Decimal:
    """Return an amount of minor units in credits, cut off at five decimals.

    `rate` is the value of one credit, in units of the currency.
    """
    with localcontext(prec=_DIGITS):
        exact = Decimal(amount_minor).scaleb(-exponent(currency)) / rate
        return exact.quantize(FINEST_CREDIT, ROUND_DOWN)


def amount_of(credits: Decimal, rate: Decimal, currency: str) -> int:
    """Return the value of credits in minor units. Only five decimals of the credits count.

    Returns one more than the largest amount that can be stored when the value is larger.
    """
    with localcontext(prec=_DIGITS):
        exact = credits.quantize(FINEST_CREDIT, ROUND_DOWN) * rate
        minor = exact.scaleb(exponent(currency))
        return rounded(minor) if minor <= LARGEST_MINOR else LARGEST_MINOR + 1


def below_limit(amount_minor: int, limit_minor: int | None) -> bool:
    """Return True if a purchase is smaller than the wallet's limit; None means no limit."""
    return limit_minor is not None and amount_minor < limit_minor


def above_limit(amount_minor: int, limit_minor: int | None) -> bool:
    """Return True if a purchase is larger than the wallet's limit; None means no limit."""
    return limit_minor is not None and amount_minor > limit_minor
