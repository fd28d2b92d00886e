"""What answers are made of: facts, the time, and the address under which files are found."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from polaris.core.customer import Customer
from polaris.core.decision import Decision, Facts
from polaris.core.invoice import Invoice, Status
from polaris.core.position import Position
from polaris.core.refusals import NotFound
from polaris.core.row import Row
from polaris.core.tenant import Tenant
from polaris.money import exponent

R = TypeVar("R", bound=Row)


class View:
    """Facts to look at; nothing in them changes any more."""

    def __init__(self, facts: Facts, at: datetime) -> None:
        self.at = at
        self.decision = Decision(facts, "", at, _no_new_id)
        self._positions: dict[str, Position] = {}

    @property
    def tenant(self) -> Tenant:
        """Whose facts these are."""
        return self.decision.tenant

    def get(self, kind: type[R], row_id: str | None) -> R | None:
        """The row, if it is there."""
        return self.decision.get(kind, row_id)

    def the(self, kind: type[R], row_id: str, field: str | None = None) -> R:
        """The row. Raises NotFound."""
        return self.decision.the(kind, row_id, field)

    def of(self, kind: type[R], field: str, value: str) -> list[R]:
        """The rows whose field has this value."""
        return self.decision.of(kind, field, value)

    def with_rows(self, rows: Iterable[Row]) -> "View":
        """The same once these rows are written, which a preview never does."""
        for row in rows:
            self.decision.put(row)  # not among the facts: others look at those at the same time
        return self

    def position(self, invoice: Invoice) -> Position:
        """An invoice's derived amounts."""
        if invoice.id not in self._positions:
            self._positions[invoice.id] = Position(self.decision, invoice)
        return self._positions[invoice.id]

    def invoice(self, invoice_id: str) -> Invoice:
        """An invoice that a client can see. Raises NotFound; deleted ones are seen by nobody."""
        invoice = self.the(Invoice, invoice_id)
        if invoice.status is Status.CLOSED or invoice.hidden_at is not None:
            raise NotFound(field="invoice_id", id=invoice_id)
        return invoice

    def today(self, customer: Customer | None = None) -> date:
        """The day in the customer's time zone, else in the tenant's."""
        zone = (customer and customer.timezone) or self.tenant.timezone
        return self.at.astimezone(ZoneInfo(zone)).date()


def _no_new_id() -> str:
    raise AssertionError("an answer makes nothing new")


def stamp(at: datetime | None) -> str | None:
    """A time as Lago writes it: UTC, whole seconds."""
    return _written(at, "seconds") if at else None


def stamp_ms(at: datetime | None) -> str | None:
    """A time with milliseconds, which Lago writes in a few places."""
    return _written(at, "milliseconds") if at else None


def _written(at: datetime, unit: str) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=unit) + "Z"


def number(exact: Decimal) -> str:
    """A decimal as Lago writes it: plain, with at least one decimal place."""
    plain = f"{exact:f}"
    plain = plain.rstrip("0") if "." in plain else f"{plain}."
    return f"{plain}0" if plain.endswith(".") else plain


def major(amount_minor: Decimal | int, currency: str) -> str:
    """An amount of minor units in units of its currency, as text."""
    return number(Decimal(amount_minor).scaleb(-exponent(currency)))


def percent(rate: Decimal | None) -> float:
    """A rate as a JSON number of percent, to five places."""
    return float((rate or Decimal(0)).quantize(Decimal("0.00001"), ROUND_HALF_UP))


def entity_code(tenant: Tenant) -> str:
    """The code of the one issuer that a tenant has: its name in small letters."""
    letters = "".join(one if one.isalnum() else " " for one in tenant.name.lower())
    return "_".join(letters.split()) or "default"
