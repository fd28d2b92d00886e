"""Lago's formats of times, numbers, amounts and rates."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol
from uuid import UUID, uuid5

from polaris.core.facts.details import Details, Metadata
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


class Paired(Protocol):
    """A row or a value that has metadata."""

    @property
    def metadata(self) -> Metadata | None:
        """Return the pairs of key and value."""

    @property
    def details(self) -> Details:
        """Return what dialects store of the pairs."""


def metadata(of: Paired, row_id: str, created_at: datetime) -> list[dict[str, object]]:
    """Return the metadata, each pair with the id and time that this dialect gave it.

    A pair from another door has neither: its id follows from the row's, and its time is the row's.
    """
    extras = lago_object(of.details, "metadata")
    return [
        {
            "key": key,
            "value": value,
            "lago_id": str(uuid5(UUID(row_id), key)),
            "created_at": stamp(created_at),
            **_object(extras.get(key)),
        }
        for key, value in (of.metadata or {}).items()
    ]


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
