"""Number series of invoices, credit notes and customers."""

from enum import StrEnum
from typing import ClassVar

from polaris.core.facts.row import Changing, Row


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


class DocumentNumber(Row, frozen=True, array_like=True, kw_only=True):
    """The number of one document of the tenant. Its id is the number, so no other document has it.

    A document from before this register was kept may have a number that another one has as well.
    """

    table: ClassVar[str] = "document_number"

    document: str  # the table of the document
    document_id: str


class SkippedNumber(Row, frozen=True, array_like=True, kw_only=True):
    """A position of a series that no document got, because its number was already in use."""

    table: ClassVar[str] = "skipped_number"

    series: str
    counted: int  # the position
    number: str
    document: str  # the table of the document that has the number
    document_id: str


INVOICES = "invoice"
NOTES = "note"
CUSTOMERS = "customer"
