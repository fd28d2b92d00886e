"""Find the invoice that a cancellation belongs to. The database does the search."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
import psycopg

from polaris.imports.documents import Document, quantities, why_not_credited
from polaris.store.sql import blocks, statement

_MATCH = statement(blocks("imports.sql")["import_match"])


class LineLeft(NamedTuple):
    """An invoice line that a cancellation can credit, and what is left of it."""

    line_id: str
    code: str
    unit_price: Decimal
    quantity: Decimal
    left_minor: int


class Match(NamedTuple):
    """The invoice of a cancellation. If not `whole`, `lines` are the lines to credit."""

    invoice_id: str
    whole: bool
    lines: tuple[LineLeft, ...]


def matches(
    connection: psycopg.Connection[Any],
    tenant_id: str,
    currency: str,
    customers: Mapping[str, str],
    cancellations: Mapping[str, Document],
) -> dict[str, Match]:
    """Return the matching invoices by cancellation id. A cancellation without one is left out.

    `customers` maps the customer names of the file to ids. Each customer may have one cancellation
    here, because the lines that one cancellation credits are not left for the next.
    """
    articles = [
        row
        for document_id, document in cancellations.items()
        for row in _articles_of(document_id, customers[document.customer], document)
    ]
    values = {
        "t": tenant_id,
        "currency": currency,
        "asked": msgspec.json.encode(articles).decode(),
    }
    return {
        document_id: Match(
            invoice_id, whole, tuple(msgspec.json.decode(lines, type=list[LineLeft], strict=False))
        )
        for document_id, invoice_id, whole, lines in _MATCH.run(connection, values)
    }


def _articles_of(
    document_id: str, customer_id: str, document: Document
) -> Iterator[dict[str, object]]:
    worth = quantities(row for row in document.rows if not why_not_credited(row))
    for (code, unit_price), quantity in quantities(document.rows).items():
        yield {
            "document": document_id,
            "customer_id": customer_id,
            "at": document.at,
            "code": code,
            "unit_price": unit_price,
            "quantity": quantity,
            "worth": worth.get((code, unit_price)),
        }
