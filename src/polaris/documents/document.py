"""The contents of a document. The caller supplies every word and figure."""

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

Mark = Literal["VOID", "DRAFT"]


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """The seller or the buyer."""

    name: str
    address: tuple[str, ...] = ()  # the lines, from the street to the country
    tax_number: str | None = None
    email: str | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table."""

    description: str
    quantity: Decimal | None = None
    unit_price: Decimal | None = None  # in minor units, can have decimal places
    amount_minor: int


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice or a credit note as its reader sees it."""

    title: str  # Invoice, Credit note
    number: str | None = None  # a draft has none
    mark: Mark | None = None  # printed across every page
    marked_on: date | None = None  # the day of the void
    seller: Party
    buyer: Party
    issue_date: date | None = None
    due_date: date | None = None
    references: tuple[tuple[str, str], ...] = ()  # label and text, like ("Invoice", "INV-1")
    currency: str
    lines: tuple[Line, ...] = ()
    sums: tuple[tuple[str, int], ...] = ()  # minor units; "Total" and the last sum are bold
    notes: tuple[str, ...] = ()  # paragraphs below the sums
