"""A customer's wallets, the credits in them, and the movements of these credits."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from msgspec import field

from polaris.core.facts.details import Details, Metadata
from polaris.core.facts.row import Changing, Row


class WalletStatus(StrEnum):
    """Whether the credits of a wallet can be spent."""

    ACTIVE = "active"
    TERMINATED = "terminated"


class LotFunding(StrEnum):
    """How credits were funded. Purchased credits are a liability, granted ones a later discount."""

    PURCHASED = "purchased"
    GRANTED = "granted"


class Wallet(Changing, frozen=True, array_like=True, kw_only=True):
    """A wallet: purchased and granted credits of one customer in one currency."""

    table: ClassVar[str] = "wallet"
    found_by: ClassVar[tuple[str, ...]] = ("customer_id",)

    customer_id: str
    name: str = ""
    code: str | None = None
    currency: str
    status: WalletStatus = WalletStatus.ACTIVE
    priority: int = 50  # 1 is spent first
    rate: Decimal = Decimal(1)  # value of one credit, in units of the currency
    expires_at: datetime | None = None
    purchase_min_minor: int | None = None  # the smallest purchase of credits
    purchase_max_minor: int | None = None  # the largest purchase of credits
    metadata: Metadata | None = None  # the caller's own pairs
    details: Details = field(default_factory=dict)
    created_at: datetime
    terminated_at: datetime | None = None


class Lot(Changing, frozen=True, array_like=True, kw_only=True):
    """Credits that were added to a wallet together. `left_minor` can still be spent."""

    table: ClassVar[str] = "lot"
    found_by: ClassVar[tuple[str, ...]] = ("wallet_id", "customer_id", "invoice_id")

    wallet_id: str
    customer_id: str
    funding: LotFunding
    amount_minor: int
    left_minor: int
    priority: int = 50
    invoice_id: str | None = None  # the top-up that sold it
    note_id: str | None = None  # the credit note that gave it
    landed_at: datetime
    expires_at: datetime | None = None
    entry_id: str | None = None
    available_from: date | None = None  # no entry that uses its credits is dated earlier


class MovementKind(StrEnum):
    """Why credits of a wallet moved."""

    GRANTED = "granted"
    PURCHASED = "purchased"
    CREDITED = "credited"  # by a credit note
    CONSUMED = "consumed"
    RESTORED = "restored"
    VOIDED = "voided"
    EXPIRED = "expired"
    REVOKED = "revoked"  # the purchase was voided or credited


class Movement(Row, frozen=True, array_like=True, kw_only=True):
    """One change of a lot: positive for credits added, negative for credits taken out."""

    table: ClassVar[str] = "movement"

    wallet_id: str
    customer_id: str
    lot_id: str
    kind: MovementKind
    amount_minor: int
    invoice_id: str | None = None
    at: datetime
    details: Details = field(default_factory=dict)
