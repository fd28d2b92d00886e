"""What stands on a document. Whoever asks for one says every word and figure of it."""

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

Mark = Literal["VOID", "DRAFT"]


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """Who sells or who buys."""

    name: str
    address: tuple[str, ...] = ()  # its lines, from the street to the country
    tax_number: str | None = None
    email: str | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table."""

    description: str
    quantity: Decimal | None = None
    unit_price: Decimal | None = None  # minor units, may be finer than one
    amount_minor: int


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice or a credit note as its reader sees it."""

    title: str  # Invoice, Credit note
    number: str | None = None  # a draft has none
    mark: Mark | None = None  # across every page
    marked_on: date | None = None  # since when it is void
    seller: Party
    buyer: Party
    issue_date: date | None = None
    due_date: date | None = None
    references: tuple[tuple[str, str], ...] = ()  # labelled, beside the dates: an order, an invoice
    currency: str
    lines: tuple[Line, ...] = ()
    sums: tuple[tuple[str, int], ...] = ()  # minor units; Total and the last stand out
    notes: tuple[str, ...] = ()  # paragraphs below the sums
