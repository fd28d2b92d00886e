"""Refusals about wallets and their credits."""

from polaris.core.refusals.base import Refusal


class WalletTerminated(Refusal):
    """The wallet is terminated."""

    instead = "Use an active wallet."


class CreditsSpent(Refusal):
    """The amount is larger than the credits that are left."""

    instead = "Use at most the credits that are left."


class NotExpired(Refusal):
    """The credits have not expired yet."""

    instead = "Void them instead, or wait until they expire."


class WalletNotExpired(Refusal):
    """The wallet has not expired yet."""

    instead = "Terminate it instead, or wait until it expires."


class PurchaseTooSmall(Refusal):
    """The purchase is smaller than the wallet's smallest purchase (`limit_minor`)."""

    instead = "Buy at least this amount, or change the wallet's limit."


class PurchaseTooLarge(Refusal):
    """The purchase is larger than the wallet's largest purchase (`limit_minor`)."""

    instead = "Buy at most this amount, or change the wallet's limit."
