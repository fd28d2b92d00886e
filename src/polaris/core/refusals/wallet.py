"""Refusals about wallets and their credits."""

from polaris.core.refusals.base import Refusal


class WalletTerminated(Refusal):
    """The wallet is terminated."""

    instead = "Use an active wallet."


class CreditsSpent(Refusal):
    """Less than this amount of credits is left."""

    instead = "Use at most what is left."


class NotExpired(Refusal):
    """The credits have not expired yet."""

    instead = "Void them instead, or wait for their day."


class PurchaseTooSmall(Refusal):
    """The wallet takes no purchase of credits as small as this."""

    instead = "Buy at least the wallet's smallest purchase, or change it."


class PurchaseTooLarge(Refusal):
    """The wallet takes no purchase of credits as large as this."""

    instead = "Buy at most the wallet's largest purchase, or change it."
