"""Lago's formats of times, numbers, amounts and rates."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID, uuid5

from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.tenant import Tenant
from polaris.dialects.lago.rules.settings import lago_object
from polaris.money import exponent


def stamp(at: datetime | None) -> str | None:
    """Return a time in UTC with whole seconds."""
    return _written(at, "seconds") if at else None


def stamp_ms(at: datetime | None) -> str | None:
    """Return a time in UTC with milliseconds, which Lago has in a few places."""
    return _written(at, "milliseconds") if at else None


def _written(at: datetime, unit: str) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=unit) + "Z"


def number(exact: Decimal) -> str:
    """Return a decimal as plain text with at least one decimal place."""
    plain = f"{exact:f}"
    plain = plain.rstrip("0") if "." in plain else f"{plain}."
    return f"{plain}0" if plain.endswith(".") else plain


def major(amount_minor: Decimal | int, currency: str) -> str:
    """Return an amount of minor units in major units of its currency, as text."""
    return number(Decimal(amount_minor).scaleb(-exponent(currency)))


def percent(rate: Decimal | None) -> float:
    """Return a rate in percent as a JSON number, to five decimal places; 0 for None."""
    return float((rate or Decimal(0)).quantize(Decimal("0.00001"), ROUND_HALF_UP))


def entity_code(tenant: Tenant) -> str:
    """Return the code of the tenant's one billing entity: its name as `lower_case_words`."""
    letters = "".join(one if one.isalnum() else " " for one in tenant.name.lower())
    return "_".join(letters.split()) or "default"


def metadata(row: Customer | Invoice) -> list[dict[str, object]]:
    """Return the row's metadata, each entry with the id and time that this dialect gave it."""
    extras = lago_object(row.details, "metadata")
    return [_pair(row, key, value, extras.get(key)) for key, value in (row.metadata or {}).items()]


def _pair(row: Customer | Invoice, key: str, value: str | None, extra: object) -> dict[str, object]:
    known = extra if isinstance(extra, dict) else {}
    pair: dict[str, object] = {"key": key, "value": value}
    pair["lago_id"] = str(uuid5(UUID(row.id), key))
    pair["created_at"] = stamp(row.created_at)
    return pair | known
