"""Credits and wallets that expire."""

from datetime import datetime

from polaris.core.commands import ExpireCredits, ExpireWallet
from polaris.jobs.in_sets import perform_in_sets
from polaris.jobs.job import Workplace


def expire_credits(place: Workplace, at: datetime) -> int:
    """Expire the unspent credits whose time is over. Return how many lots."""
    return perform_in_sets(place, at, "expired_lots", lambda lot: ExpireCredits(lot_id=lot.id))


def expire_wallets(place: Workplace, at: datetime) -> int:
    """Close the wallets whose time is over. Return how many.

    Their credits expire by their own times: purchased ones may have none, and are still owed.
    """
    return perform_in_sets(
        place, at, "expired_wallets", lambda wallet: ExpireWallet(wallet_id=wallet.id)
    )
