"""Requested amounts of credits, and the unsupported fields of wallets."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeGuard

from pydantic import BaseModel

from polaris.api.coercion import read_decimal, read_integer, readable
from polaris.core.balances.wallet import above_limit, amount_of, below_limit
from polaris.core.commands import BuyCredits, Command, GrantCredits
from polaris.core.facts.details import Details
from polaris.core.facts.wallet import Wallet
from polaris.core.rules.input import LAST_PRIORITY
from polaris.core.view import View
from polaris.dialects.lago.errors import INVALID, RANGE
from polaris.dialects.lago.requests.call import Text
from polaris.dialects.lago.requests.coercion import parse_time
from polaris.dialects.lago.responses.wallet_transactions import KEPT
from polaris.dialects.lago.rules.settings import NAME
from polaris.money import LARGEST_MINOR

Wrong = dict[str, list[str]]
"""The error codes of a request, by field."""

LOWEST, HIGHEST = "paid_top_up_min_amount_cents", "paid_top_up_max_amount_cents"


class Pair(BaseModel):
    """One metadata pair of a wallet transaction."""

    key: Text
    value: Text


class Unsupported(BaseModel):
    """Fields that are refused, because Polaris would store them without acting on them."""

    recurring_transaction_rules: Any = None
    applies_to: Any = None
    invoice_requires_successful_payment: Any = None
    payment_method: Any = None
    invoice_custom_section: Any = None
    voided_transaction_id: Any = None

    def refused(self) -> Wrong:
        """Return the codes of the unsupported fields that are given and not empty."""
        names = Unsupported.model_fields
        return {name: ["not_supported"] for name in names if _asks(getattr(self, name))}


def _asks(value: object) -> bool:
    """True if the value is not empty; an object of empty values is empty."""
    return any(value.values()) if isinstance(value, Mapping) else bool(value)


class Rate(NamedTuple):
    """The value of one credit, in major units of the currency."""

    rate: Decimal
    currency: str

    @classmethod
    def of(cls, wallet: Wallet) -> "Rate":
        """Return the rate of a wallet."""
        return cls(wallet.rate, wallet.currency)


class Limits(NamedTuple):
    """The smallest and the largest purchase of credits, minor units; None for no limit."""

    lowest: int | None
    highest: int | None


def amounts(asked: Mapping[str, object], rate: Rate, wrong: Wrong) -> dict[str, int]:
    """Return the requested credits in minor units, by field; invalid ones are added to `wrong`."""
    found: dict[str, int] = {}
    for field, value in asked.items():
        credits = readable(read_decimal, value)
        amount = amount_of(credits, *rate) if credits is not None and credits >= 0 else None
        if credits is None or amount is None or amount > LARGEST_MINOR:
            wrong[field] = [f"invalid_{field}", "invalid_amount"]
        elif credits and not amount:
            wrong[field] = ["amount_rounds_to_zero"]
        elif amount:
            found[field] = amount
    return found


def check_limits(paid_minor: int | None, limits: Limits, wrong: Wrong) -> None:
    """Add a purchase outside the wallet's limits to `wrong`."""
    if paid_minor and below_limit(paid_minor, limits.lowest):
        wrong["paid_credits"] = ["amount_below_minimum"]
    if paid_minor and above_limit(paid_minor, limits.highest):
        wrong["paid_credits"] = ["amount_above_maximum"]


def limits_of(asked: Mapping[str, object], wrong: Wrong) -> Limits:
    """Return the requested limits; invalid ones, and a highest below the lowest, go to `wrong`."""
    lowest, highest = asked.get(LOWEST), asked.get(HIGHEST)
    for field, value in ((LOWEST, lowest), (HIGHEST, highest)):
        if value is not None and not _whole(value):
            wrong[field] = [INVALID]
        elif isinstance(value, int) and not 0 < value <= LARGEST_MINOR:
            wrong[field] = [RANGE]
    if _whole(lowest) and _whole(highest) and highest < lowest:
        wrong.setdefault(HIGHEST, [RANGE])
    return Limits(lowest if _whole(lowest) else None, highest if _whole(highest) else None)


def _whole(value: object) -> TypeGuard[int]:
    return readable(read_integer, value) is not None


def future_time(value: str | None, view: View, wrong: Wrong) -> datetime | None:
    """Return the expiry time of credits; one that is not in the future is added to `wrong`."""
    at = view.at
    try:
        expires_at = parse_time(value, view.tenant.timezone)
    except ValueError:
        expires_at = at
    if expires_at is not None and expires_at <= at:
        wrong["expiration_at"] = ["invalid_date"]
    return expires_at


def given_fields(asked: BaseModel, names: Iterable[str]) -> dict[str, object]:
    """Return the named fields that are not null."""
    values = {name: getattr(asked, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def details_given(
    name: str | None, pairs: Iterable[Pair] | None, ordered: object
) -> dict[str, object]:
    """Return the caller's fields of a wallet transaction, as they are stored in the details."""
    return {
        "name": name,
        "metadata": [{"key": pair.key, "value": pair.value} for pair in pairs or ()],
        "purchase_order_number": ordered,
    }


def add_commands(
    wallet_id: str,
    amounts: Mapping[str, int],
    given: dict[str, object],
    new_id: Callable[[], str],
    priority: int = LAST_PRIORITY,
    ignore_limits: bool = False,
) -> Iterator[Command]:
    """Yield the commands that buy and grant credits. The invoice gets the order number too."""
    details: Details = {NAME: {KEPT: given}}
    if paid := amounts.get("paid_credits"):
        ordered = given["purchase_order_number"]
        yield BuyCredits(
            invoice_id=new_id(),
            wallet_id=wallet_id,
            amount_minor=paid,
            ignore_limits=ignore_limits,
            purchase_order_number=str(ordered) if ordered else None,
            details=details,
        )
    if granted := amounts.get("granted_credits"):
        yield GrantCredits(
            lot_id=new_id(),
            wallet_id=wallet_id,
            amount_minor=granted,
            priority=priority,
            details=details,
        )
