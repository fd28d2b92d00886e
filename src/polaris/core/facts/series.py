"""Number series: who counts together, and what comes next."""

from enum import StrEnum
from typing import ClassVar

from polaris.core.facts.row import Changing


class SeriesScope(StrEnum):
    """Who counts together."""

    TENANT = "tenant"  # one series for all
    CUSTOMER = "customer"  # each customer has a series
    INVOICE = "invoice"  # each invoice has a series, for its credit notes


class Series(Changing, frozen=True, array_like=True, kw_only=True):
    """A gapless run of numbers. Its id is its name, or the name and its owner's id."""

    table: ClassVar[str] = "series"
    found_by: ClassVar[tuple[str, ...]] = ("owner_id",)

    scope: SeriesScope
    owner_id: str | None = None
    format: str  # {next}, {customer} and {invoice} are filled in
    next: int = 1


INVOICES = "invoice"
NOTES = "note"
CUSTOMERS = "customer"
