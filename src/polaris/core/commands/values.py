"""What commands are made of: lines and taxes as asked for, and policies."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec
from msgspec import UNSET

from polaris.core.commands.base import Given
from polaris.core.facts.details import Metadata
from polaris.core.facts.invoice import LineKind


class TaxRate(msgspec.Struct, frozen=True, kw_only=True):
    """A tax to compute on a line, or to take as given when `amount_minor` is set."""

    code: str
    name: str
    rate: Decimal | None = None  # percent
    amount_minor: int | None = None
    tax_code_id: str | None = None  # the catalogue's tax
    description: str | None = None


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
    taxes: tuple[TaxRate, ...] = ()  # as they are; an item or tax codes are looked up instead
    account: str | None = None
    wallet_id: str | None = None
    original_line_id: str | None = None
    item_code: str | None = None  # the catalogue item; says what the line does not
    tax_codes: tuple[str, ...] | None = None  # default: the item's, the customer's, the usual ones
    name: str | None = None  # default: the item's
    item_id: str | None = None
    item_description: str | None = None
    period_from: datetime | None = None
    period_to: datetime | None = None


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


class MetadataChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change of the caller's own pairs, made to what is there at the time of the decision."""

    replace: bool = False  # `pairs` take the place of all that is there
    pairs: Metadata | None = None  # added, or replacing those with the same key
    remove: str | None = None  # the key of one pair to take away


class AddressChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The parts of an address that change; None takes a part away."""

    line1: Given[str | None] = UNSET
    line2: Given[str | None] = UNSET
    city: Given[str | None] = UNSET
    postal_code: Given[str | None] = UNSET
    state: Given[str | None] = UNSET
    country: Given[str | None] = UNSET  # ISO 3166-1 alpha-2
