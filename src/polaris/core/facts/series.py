"""Number series of invoices, credit notes and customers."""

from enum import StrEnum
from typing import ClassVar

from polaris.core.facts.row import Changing


class SeriesScope(StrEnum):
    """Which documents share one number series."""

    TENANT = "tenant"  # one series for all
    CUSTOMER = "customer"  # each customer has a series
    INVOICE = "invoice"  # each invoice has a series, for its credit notes


class Series(Changing, frozen=True, array_like=True, kw_only=True):
    """A number series without gaps. Its id is its name, or its name and its owner's id."""

    table: ClassVar[str] = "series"
    found_by: ClassVar[tuple[str, ...]] = ("owner_id",)

    scope: SeriesScope
    owner_id: str | None = None
    format: str  # {next}, {customer} and {invoice} are filled in
    next: int = 1


INVOICES = "invoice"
NOTES = "note"
CUSTOMERS = "customer"
