"""How Lago writes times, numbers, amounts and rates."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID, uuid5

from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.tenant import Tenant
from polaris.dialects.lago.rules.settings import lago_object
from polaris.money import exponent


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


def metadata(row: Customer | Invoice) -> list[dict[str, object]]:
    """The caller's pairs, each with the id and the time that this dialect gave it."""
    extras = lago_object(row.details, "metadata")
    return [_pair(row, key, value, extras.get(key)) for key, value in (row.metadata or {}).items()]


def _pair(row: Customer | Invoice, key: str, value: str | None, extra: object) -> dict[str, object]:
    known = extra if isinstance(extra, dict) else {}
    pair: dict[str, object] = {"key": key, "value": value}
    pair["lago_id"] = str(uuid5(UUID(row.id), key))
    pair["created_at"] = stamp(row.created_at)
    return pair | known
