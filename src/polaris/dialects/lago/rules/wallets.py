"""What Lago requires of wallets; and credits, which are amounts by a wallet's rate."""

from decimal import ROUND_DOWN, Decimal, localcontext

from polaris.core import refusals
from polaris.core.facts.wallet import Wallet, WalletStatus
from polaris.core.rules.requirement import Case, Details, requires, unless
from polaris.money import LARGEST_MINOR, exponent, rounded

MOST_WALLETS = 6
FINEST_CREDIT = Decimal("0.00001")
DIGITS = 100
"""Enough for the largest amount by the finest rate."""


def credits_of(amount_minor: int, rate: Decimal, currency: str) -> Decimal:
    """What an amount is in credits, cut off at five places."""
    with localcontext(prec=DIGITS):
        exact = Decimal(amount_minor).scaleb(-exponent(currency)) / rate
        return exact.quantize(FINEST_CREDIT, ROUND_DOWN)


def amount_of(credits: Decimal, rate: Decimal, currency: str) -> int:
    """What credits are worth, in minor units; of the credits five places count."""
    with localcontext(prec=DIGITS):
        exact = credits.quantize(FINEST_CREDIT, ROUND_DOWN) * rate
        minor = exact.scaleb(exponent(currency))
        return rounded(minor) if minor <= LARGEST_MINOR else LARGEST_MINOR + 1


def active_wallets(case: Case) -> list[Wallet]:
    """The customer's wallets that can be spent from."""
    wallets = case.decision.of(Wallet, "customer_id", case.command.customer_id)
    return [one for one in wallets if one.status is WalletStatus.ACTIVE]


@requires(refusals.TooMany)
def wallets_few(case: Case) -> Details | None:
    """A customer has at most six active wallets."""
    return unless(len(active_wallets(case)) < MOST_WALLETS, field="customer_id")


@requires(refusals.AlreadyExists)
def wallet_code_free(case: Case) -> Details | None:
    """No other active wallet of the customer has the code."""
    code = case.command.code
    taken = code is not None and any(one.code == code for one in active_wallets(case))
    return unless(not taken, field="code")


OPENING = (wallets_few, wallet_code_free)
