"""Parts of commands: lines, taxes and policies."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec
from msgspec import UNSET

from polaris.core.commands.base import Given
from polaris.core.facts.details import Metadata
from polaris.core.facts.invoice import LineKind


class TaxRate(msgspec.Struct, frozen=True, kw_only=True):
    """A tax on a line: computed from the rate, unless `amount_minor` gives its amount."""

    code: str
    name: str
    rate: Decimal | None = None  # percent
    amount_minor: int | None = None
    tax_code_id: str | None = None  # the catalogue's tax
    description: str | None = None


class NewLine(msgspec.Struct, frozen=True, kw_only=True):
    """A new line. Without an amount, it is quantity times unit price, rounded half up."""

    id: str | None = None
    kind: LineKind = LineKind.CHARGE
    code: str | None = None
    description: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None  # minor units
    amount_minor: int | None = None  # before discount and tax
    discount_minor: int = 0
    taxes: tuple[TaxRate, ...] = ()  # used if the line has neither `item_code` nor `tax_codes`
    account: str | None = None
    wallet_id: str | None = None
    original_line_id: str | None = None
    item_code: str | None = None  # the catalogue item; fills in what the line leaves out
    tax_codes: tuple[str, ...] | None = None  # default: the item's, the customer's, the tenant's
    name: str | None = None  # default: the item's
    item_id: str | None = None
    item_description: str | None = None
    period_from: datetime | None = None
    period_to: datetime | None = None


class Apply(msgspec.Struct, frozen=True, kw_only=True):
    """Which credit of the customer settles an invoice at once, in this order."""

    held: bool = False  # money that is held since the invoice that this one replaces was voided
    notes: bool = False
    wallet: bool = False
    excess: bool = False


class GiveBack(msgspec.Struct, frozen=True, kw_only=True):
    """Which credit a void makes spendable again. Other credit is parked."""

    wallet: bool = True
    notes: bool = True


class VoidNote(StrEnum):
    """Which credit note documents a void."""

    NONE = "none"
    REQUESTED = "requested"  # for the credit and refund that the command asks for
    REQUESTED_AND_VOIDED_REMAINDER = "requested_and_voided_remainder"
    ADJUSTMENT = "adjustment"  # for the whole invoice, giving nothing


class TopUpPolicy(StrEnum):
    """What happens to purchased credits when their invoice is voided."""

    EXCHANGE = "exchange"  # refund and credit are taken out of the unspent credits; the rest stays
    KEEP = "keep"  # they stay, even beside refund and credit; what no money covers is granted
    REVOKE = "revoke"  # unspent credits are taken back, their money is held


class CreditedLine(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a line to credit, before discount and tax. Standalone lines have own taxes."""

    line_id: str | None = None
    amount_minor: int
    quantity: Decimal | None = None
    description: str = ""
    account: str | None = None
    taxes: tuple[TaxRate, ...] = ()


class MetadataChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change of the caller's metadata, applied to the pairs stored at decision time."""

    replace: bool = False  # `pairs` replace all stored pairs
    pairs: Metadata | None = None  # added; they replace pairs with the same key
    remove: str | None = None  # the key of a pair to remove


class AddressChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The parts of an address that change; None removes a part."""

    line1: Given[str | None] = UNSET
    line2: Given[str | None] = UNSET
    city: Given[str | None] = UNSET
    postal_code: Given[str | None] = UNSET
    state: Given[str | None] = UNSET
    country: Given[str | None] = UNSET  # ISO 3166-1 alpha-2
