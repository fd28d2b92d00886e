"""Lago's rules for opening wallets."""

from polaris.core import refusals
from polaris.core.commands import (
    OpenWallet,
)
from polaris.core.facts.wallet import Wallet, WalletStatus
from polaris.core.rules.requirement import Case, Details, requires, unless

MOST_WALLETS = 6


def active_wallets(case: Case[OpenWallet]) -> list[Wallet]:
    """Return the customer's active wallets."""
    wallets = case.decision.of(Wallet, "customer_id", case.command.customer_id)
    return [one for one in wallets if one.status is WalletStatus.ACTIVE]


@requires(refusals.TooMany)
def wallets_few(case: Case[OpenWallet]) -> Details | None:
    """A customer has at most six active wallets."""
    return unless(len(active_wallets(case)) < MOST_WALLETS, field="customer_id")


@requires(refusals.AlreadyExists)
def wallet_code_free(case: Case[OpenWallet]) -> Details | None:
    """No other active wallet of the customer has the code."""
    code = case.command.code
    taken = code is not None and any(one.code == code for one in active_wallets(case))
    return unless(not taken, field="code")


OPENING = (wallets_few, wallet_code_free)
