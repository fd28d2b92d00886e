"""Commands about wallets and their credits."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import UNSET, field

from polaris.core.commands.base import Command, Given
from polaris.core.commands.values import MetadataChange, NewLine, TaxRate
from polaris.core.facts.details import Details, Metadata
from polaris.core.facts.invoice import LineKind


class OpenWallet(Command, frozen=True, kw_only=True):
    """Open a wallet in one currency."""

    wallet_id: str
    customer_id: str
    currency: str
    name: str = ""
    code: str | None = None
    priority: int = 50  # 1 is spent first
    rate: Decimal = Decimal(1)  # units of currency for one credit
    expires_at: datetime | None = None  # when it ends; also a default for its credits
    purchase_min_minor: int | None = None  # the smallest purchase of credits
    purchase_max_minor: int | None = None  # the largest purchase of credits
    metadata: Metadata | None = None  # the caller's own pairs
    details: Details = field(default_factory=dict)


class UpdateWallet(Command, frozen=True, kw_only=True):
    """Change the given fields of an active wallet."""

    wallet_id: str
    name: Given[str] = UNSET
    priority: Given[int] = UNSET  # 1 is spent first
    expires_at: Given[datetime | None] = UNSET  # its end; also a default for credits to come
    purchase_min_minor: Given[int | None] = UNSET
    purchase_max_minor: Given[int | None] = UNSET
    metadata: Given[MetadataChange] = UNSET
    details: Details = field(default_factory=dict)  # merged into the stored details, key by key


class GrantCredits(Command, frozen=True, kw_only=True):
    """Give credits without payment. Nothing is booked until they are spent."""

    lot_id: str
    wallet_id: str
    amount_minor: int
    priority: int = 50  # 1 is spent first
    expires_at: datetime | None = None  # default: the wallet's
    details: Details = field(default_factory=dict)  # kept with the movement


class BuyCredits(Command, frozen=True, kw_only=True):
    """Sell credits with a top-up invoice. They are added to the wallet once it is settled."""

    invoice_id: str
    wallet_id: str
    amount_minor: int
    ignore_limits: bool = False  # of the wallet's smallest and largest purchase
    purchase_order_number: str | None = None
    taxes: tuple[TaxRate, ...] = ()
    issue_date: date | None = None
    series: str = "invoice"
    details: Details = field(default_factory=dict)  # kept with invoice and movement

    @property
    def lines(self) -> tuple[NewLine, ...]:
        """Return the only line of the invoice."""
        return (
            NewLine(
                kind=LineKind.TOP_UP,
                amount_minor=self.amount_minor,
                taxes=self.taxes,
                wallet_id=self.wallet_id,
            ),
        )


class RestoreCredits(Command, frozen=True, kw_only=True):
    """Put wallet credits that an invoice used, or that are parked for it, back into their lots."""

    invoice_id: str


class VoidCredits(Command, frozen=True, kw_only=True):
    """Take credits out of one lot of a wallet."""

    lot_id: str
    amount_minor: int | None = None  # default: all that is left


class VoidWalletCredits(Command, frozen=True, kw_only=True):
    """Take credits out of a wallet, in the order in which they would be spent."""

    wallet_id: str
    amount_minor: int
    details: Details = field(default_factory=dict)  # kept with the movements


class ExpireCredits(Command, frozen=True, kw_only=True):
    """Expire the rest of a lot after its expiry time."""

    lot_id: str


class TerminateWallet(Command, frozen=True, kw_only=True):
    """Close a wallet. Purchased credits are still owed, so nothing is booked."""

    wallet_id: str


class ExpireWallet(Command, frozen=True, kw_only=True):
    """Close a wallet after its expiry time. Purchased credits are still owed."""

    wallet_id: str
