"""Requirements about wallets and their credits. Each sentence states what must hold."""

from msgspec import UNSET

from polaris.core import refusals
from polaris.core.balances.wallet import above_limit, below_limit, expired, in_order
from polaris.core.commands import (
    BuyCredits,
    VoidCredits,
    VoidWalletCredits,
)
from polaris.core.commands.base import Given
from polaris.core.facts.invoice import SettlementKind
from polaris.core.facts.wallet import WalletStatus
from polaris.core.rules import input, invoice, line
from polaris.core.rules.customer import customer_exists
from polaris.core.rules.requirement import AnyCase, Case, Details, at_most, requires, unless
from polaris.money import LARGEST_MINOR


@requires(refusals.WalletTerminated)
def wallet_active(case: AnyCase) -> Details | None:
    """The wallet is active."""
    return unless(case.wallet.status is WalletStatus.ACTIVE, field="wallet_id")


@requires(refusals.CreditsSpent)
def credits_left(case: Case[VoidCredits]) -> Details | None:
    """The amount is at most the credits that are left in the lot, and the lot is not empty."""
    return at_most("amount_minor", max(case.command.amount_minor or 1, 1), case.lot.left_minor)


@requires(refusals.CreditsSpent)
def wallet_credits_left(case: Case[VoidWalletCredits]) -> Details | None:
    """The amount is at most the credits of the wallet that can be spent."""
    left = sum(lot.left_minor for lot in in_order(case.decision, [case.wallet]))
    return at_most("amount_minor", case.command.amount_minor, left)


@requires(refusals.CreditsSpent)
def lot_not_empty(case: AnyCase) -> Details | None:
    """The lot has credits left."""
    return unless(case.lot.left_minor > 0, field="lot_id")


@requires(refusals.NotExpired)
def lot_expired(case: AnyCase) -> Details | None:
    """The credits have passed their expiry time."""
    return unless(expired(case.lot, case.decision.at), field="lot_id")


@requires(refusals.WalletNotExpired)
def wallet_expired(case: AnyCase) -> Details | None:
    """The wallet has an expiry time, and it has passed."""
    return unless(expired(case.wallet, case.decision.at), field="wallet_id")


@requires(refusals.NotApplied)
def credits_applied(case: AnyCase) -> Details | None:
    """Wallet credits settle the invoice, or are held for it since it was voided."""
    rows = [row for row in case.balance.settlements if row.kind is SettlementKind.WALLET]
    return unless(any(row.live or row.held_minor for row in rows), field="invoice_id")


@requires(refusals.PurchaseTooSmall)
def purchase_not_too_small(case: Case[BuyCredits]) -> Details | None:
    """The purchase is at least the wallet's smallest purchase, unless `ignore_limits` is set."""
    asked, limit = case.command.amount_minor, case.wallet.purchase_min_minor
    broken = not case.command.ignore_limits and below_limit(asked, limit)
    return unless(not broken, field="amount_minor", asked_minor=asked, limit_minor=limit)


@requires(refusals.PurchaseTooLarge)
def purchase_not_too_large(case: Case[BuyCredits]) -> Details | None:
    """The purchase is at most the wallet's largest purchase, unless `ignore_limits` is set."""
    asked, limit = case.command.amount_minor, case.wallet.purchase_max_minor
    broken = not case.command.ignore_limits and above_limit(asked, limit)
    return unless(not broken, field="amount_minor", asked_minor=asked, limit_minor=limit)


@requires(refusals.NumberNotPossible)
def purchase_limits_possible(case: AnyCase) -> Details | None:
    """Both purchase limits are above zero, and the largest is not below the smallest."""
    lowest, highest = _limit(case, "purchase_min_minor"), _limit(case, "purchase_max_minor")
    limits = [limit for limit in (lowest, highest) if limit is not None]
    fits = all(0 < limit <= LARGEST_MINOR for limit in limits) and limits == sorted(limits)
    return unless(fits, field="purchase_max_minor")


def _limit(case: AnyCase, field: str) -> int | None:
    """Return the limit after the command: the new limit, or the wallet's if it does not change."""
    asked: Given[int | None] = getattr(case.command, field)
    stored: int | None = getattr(case.wallet, field) if asked is UNSET else asked
    return stored


# ---------------------------------------------------------------- what each command requires

_SPENDING = (input.priority_possible, input.dates_possible)

OPEN = (
    input.wallet_is_new,
    customer_exists,
    input.currency_known,
    input.rate_positive,
    purchase_limits_possible,
    *_SPENDING,
)
UPDATE = (wallet_active, purchase_limits_possible, *_SPENDING)
TERMINATE = (wallet_active,)
EXPIRE_WALLET = (wallet_active, wallet_expired)
GRANT = (input.lot_is_new, *input.AMOUNT, *_SPENDING, wallet_active)
BUY = (
    input.invoice_is_new,
    *input.AMOUNT,
    line.lines_not_negative,
    line.lines_not_too_large,
    line.tax_codes_have_one_name,
    input.dates_possible,
    wallet_active,
    purchase_not_too_small,
    purchase_not_too_large,
    invoice.recorded_date_open,
)
RESTORE = (invoice.is_finalized, credits_applied)
VOID = (*input.AMOUNT, credits_left)
VOID_WALLET = (*input.AMOUNT, wallet_active, wallet_credits_left)
EXPIRE = (lot_not_empty, lot_expired)
