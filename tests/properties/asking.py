"""Random commands that mostly make sense for the current world, and sometimes do not."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import TypeVar

from msgspec import UnsetType

from core.world import World
from polaris.core.balances.invoice import InvoiceBalance
from polaris.core.commands import Command, SaveCustomer
from polaris.core.commands.base import or_unset
from polaris.core.commands.values import Apply, CreditedLine, NewLine, TaxRate
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice, LineKind, Settlement, SettlementKind, Status
from polaris.core.facts.payment import Payment
from polaris.core.facts.row import Row
from polaris.core.facts.wallet import Wallet, WalletStatus
from properties.choices import Choices

R = TypeVar("R", bound=Row)
T = TypeVar("T")

CURRENCIES = ("EUR", "JPY")
CUSTOMERS = ("c1", "c2", "c3")
TAXES = (
    TaxRate(code="vat", name="VAT", rate=Decimal(20)),
    TaxRate(code="low", name="VAT", rate=Decimal("5.5")),
    TaxRate(code="city", name="CITY", rate=Decimal("1.234567")),
    TaxRate(code="fee", name="FEE", amount_minor=7),
)
ZONES = (
    "UTC",
    "Asia/Tokyo",
    "America/New_York",
    "Pacific/Pago_Pago",
    "Pacific/Kiritimati",
    "Asia/Kolkata",
)
"""Time zones from eleven hours behind UTC to fourteen hours ahead."""
SIZES = (0, 1, 2, 3, 7, 100, 333, 1000, 6833, 12345)


def live(customer: Customer) -> bool:
    """True if the customer was not deleted."""
    return customer.deleted_at is None


def drafted(invoice: Invoice) -> bool:
    """True if the invoice is a draft."""
    return invoice.status is Status.DRAFT


def finalized(invoice: Invoice) -> bool:
    """True if the invoice is finalized."""
    return invoice.status is Status.FINALIZED


def voided(invoice: Invoice) -> bool:
    """True if the invoice is voided."""
    return invoice.status is Status.VOIDED


def owing(invoice: Invoice) -> bool:
    """True if the invoice has an outstanding amount."""
    return invoice.outstanding_minor > 0


def active(wallet: Wallet) -> bool:
    """True if the wallet is active."""
    return wallet.status is WalletStatus.ACTIVE


class Idle(Exception):
    """The world has no row that the command needs."""


class Asking:
    """Makes the commands of a history from the rows of its world."""

    def __init__(self, world: World, choices: Choices) -> None:
        self.world = world
        self.choices = choices
        self._ids = count(1)

    def command(self, several: Sequence[Callable[["Asking"], Command]]) -> Command:
        """Return one of several commands, or a new customer if they have no rows to work on."""
        for _ in range(9):
            try:
                return self.choices.among(several)(self)
            except Idle:
                continue
        customer_id = self.new("customer")
        return SaveCustomer(customer_id=customer_id, external_id=customer_id)

    # ------------------------------------------------------------ choosing

    def new(self, name: str) -> str:
        """Return a new id, or one time in fifty a used one."""
        return f"{name}-{next(self._ids) if self.mostly(50) else 1}"

    def mostly(self, times: int = 12) -> bool:
        """Return False one time in `times`, else True."""
        return self.choices.whole(1, times) < times

    def seldom(self, times: int = 4) -> bool:
        """Return True one time in `times`, else False."""
        return self.choices.whole(1, times) == times

    def one(self, kind: type[R], wanted: Callable[[R], bool] = lambda row: True) -> R:
        """Return a row of a kind, mostly a wanted one. Raises Idle."""
        rows = self.world.all(kind)
        fitting = [row for row in rows if wanted(row)]
        pool = fitting if self.mostly(25) else rows
        if not pool:
            raise Idle
        return self.choices.among(pool)

    def id_of(self, kind: type[R], wanted: Callable[[R], bool] = lambda row: True) -> str:
        """Return the id of such a row, or sometimes an unknown id."""
        return self.one(kind, wanted).id if self.mostly(60) else "nothing"

    def amount(self, limit: int) -> int:
        """Return an amount in minor units, mostly within the limit."""
        if not self.mostly(25):
            return self.choices.among((-1, 0, limit + 1, 10**16))
        if limit <= 0:
            return 0
        return limit if self.seldom(3) else self.choices.whole(1, limit)

    def perhaps(self, value: T) -> T | None:
        """Return the value or None."""
        return value if self.seldom(2) else None

    def given(self, value: T) -> T | UnsetType:
        """Return the value or UNSET."""
        return or_unset(self.perhaps(value))

    def day(self) -> date | None:
        """Return a day before or after today, or None."""
        if self.mostly(3):
            return None
        return self.world.at.date() + timedelta(days=self.days())

    def days(self) -> int:
        """Return a number of days: mostly near today, sometimes far behind or ahead."""
        return self.choices.whole(-20, 5) if self.mostly(3) else self.choices.whole(-70, 60)

    def time(self) -> datetime:
        """Return a time before or after now."""
        return self.world.at + timedelta(days=self.days(), hours=self.choices.whole(0, 23))

    # ------------------------------------------------------------ parts

    def lines(self) -> tuple[NewLine, ...]:
        """Return the lines of a new invoice."""
        return tuple(self.line() for _ in range(self.choices.whole(1, 3)))

    def line(self) -> NewLine:
        """Return a line with a discount and taxes, or without."""
        amount = self.choices.among(SIZES)
        if not self.mostly(40):
            amount = -5
        start = self.choices.whole(0, 3)
        return NewLine(
            kind=LineKind.TIP if self.seldom(12) else LineKind.CHARGE,
            amount_minor=amount,
            discount_minor=self.choices.whole(0, max(amount, 0)) if self.seldom(4) else 0,
            taxes=TAXES[start : start + self.choices.whole(0, 2)],
            account="RENT" if self.seldom(15) else None,
        )

    def credited_lines(self, balance: InvoiceBalance) -> tuple[CreditedLine, ...]:
        """Return credits for a part of what is left of an invoice's lines."""
        left = [(line, amount) for line, amount in balance.line_left().items() if amount]
        if not left:
            return (CreditedLine(line_id="nothing", amount_minor=1),)
        first = self.choices.whole(0, len(left) - 1)
        return tuple(
            CreditedLine(line_id=line, amount_minor=self.amount(amount))
            for line, amount in left[first:]
        )

    def apply(self) -> Apply:
        """Return which credit settles the invoice at once."""
        return Apply(
            held=self.seldom(),
            notes=self.seldom(),
            wallet=self.seldom(2),
            excess=self.seldom(),
        )

    def balance(self, invoice: Invoice) -> InvoiceBalance:
        """Return the balance of an invoice."""
        return InvoiceBalance(self.world.decision(), invoice)

    def owed_by(self, source: Payment | CreditNote) -> Invoice:
        """Return an invoice that this payment or credit note could settle."""
        mine = (source.customer_id, source.currency)
        return self.one(Invoice, lambda row: owing(row) and (row.customer_id, row.currency) == mine)

    def settlement(self, kind: SettlementKind) -> Settlement:
        """Return a settlement of a kind that is live or held."""
        return self.one(
            Settlement, lambda row: row.kind is kind and bool(row.live or row.held_minor)
        )
