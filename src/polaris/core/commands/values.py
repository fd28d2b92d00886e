"""What commands are made of: lines and taxes as asked for, and policies."""

from decimal import Decimal
from enum import StrEnum

import msgspec

from polaris.core.facts.invoice import LineKind


class TaxRate(msgspec.Struct, frozen=True, kw_only=True):
    """A tax to compute on a line, or to take as given when `amount_minor` is set."""

    code: str
    name: str
    rate: Decimal | None = None  # percent
    amount_minor: int | None = None


class NewLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as asked for; without an amount it is quantity times unit price, rounded half up."""

    id: str | None = None
    kind: LineKind = LineKind.CHARGE
    code: str | None = None
    description: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None  # minor units
    amount_minor: int | None = None  # before discount and tax
    discount_minor: int = 0
    taxes: tuple[TaxRate, ...] = ()
    account: str | None = None
    wallet_id: str | None = None
    original_line_id: str | None = None


class Apply(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the customer's credit settles an invoice at once, in this order."""

    notes: bool = False
    wallet: bool = False
    excess: bool = False


class GiveBack(msgspec.Struct, frozen=True, kw_only=True):
    """What a void makes spendable again; what is not given back is parked."""

    wallet: bool = True
    notes: bool = True


class VoidNote(StrEnum):
    """Which credit note documents a void."""

    NONE = "none"
    REQUESTED = "requested"  # for the credit and refund asked
    REQUESTED_AND_VOIDED_REMAINDER = "requested_and_voided_remainder"
    ADJUSTMENT = "adjustment"  # for the whole invoice, giving nothing


class TopUpPolicy(StrEnum):
    """What becomes of credits already bought when their invoice is voided."""

    KEEP = "keep"
    REVOKE = "revoke"  # the unspent ones go, their money is held


class CreditedLine(msgspec.Struct, frozen=True, kw_only=True):
    """What to credit of one line, before discount and tax; a standalone one is taxed itself."""

    line_id: str | None = None
    amount_minor: int
    quantity: Decimal | None = None
    description: str = ""
    account: str | None = None
    taxes: tuple[TaxRate, ...] = ()
