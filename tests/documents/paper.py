"""A typical invoice to print, and functions that read a printed document."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import cast

import msgspec
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from polaris.documents import Document, Line, Party, pdf

CREATED_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)

USUAL = Document(
    title="Invoice",
    number="INV-000127",
    seller=Party(name="Northwind GmbH", address=("Lindenallee 14", "20259 Hamburg")),
    buyer=Party(
        name="Ålesund Maritime AS",
        address=("Kongens gate 3", "6002 Ålesund"),
        tax_number="NO 987 654 321",
        email="accounts@maritime.example",
    ),
    issue_date=date(2026, 11, 22),
    due_date=date(2026, 12, 22),
    references=(("Purchase order", "PO-7781"),),
    currency="EUR",
    lines=(
        Line(
            description="Calls",
            quantity=Decimal("1284031.5"),
            unit_price=Decimal("0.0125"),
            amount_minor=16050,
        ),
        Line(description="Training", quantity=Decimal(2), unit_price=Decimal(5), amount_minor=10),
        Line(description="Goodwill", amount_minor=-5000),
    ),
    sums=(("Subtotal", 11060), ("VAT 20 %", 2212), ("Total", 13272), ("Amount due", 123456789)),
    notes=("Replaces INV-000126.",),
)


def usual(**fields: object) -> Document:
    """Return the typical invoice with these fields changed."""
    return msgspec.structs.replace(USUAL, **fields)


def described(text: str) -> Document:
    """Return an invoice with one line that has this description."""
    return usual(lines=(Line(description=text, amount_minor=100),))


def printed_pdf(document: Document) -> bytes:
    return pdf(document, CREATED_AT)


def reader(document: Document) -> PdfReader:
    return PdfReader(BytesIO(printed_pdf(document)))


def pages(document: Document) -> list[list[str]]:
    """Return the lines of text of each page."""
    return [page.extract_text().splitlines() for page in reader(document).pages]


def text(document: Document) -> str:
    """Return the whole text, with single spaces."""
    return " ".join(" ".join(line for page in pages(document) for line in page).split())


def described_as(document: Document) -> str:
    """The description in the metadata of the file."""
    metadata = reader(document).metadata
    return (metadata and metadata.subject) or ""


def fonts(document: Document) -> set[str]:
    """Return the names of the embedded font families, like `LibertinusSerif`."""
    resources = [cast(DictionaryObject, page["/Resources"]) for page in reader(document).pages]
    used = [font for each in resources for font in cast(DictionaryObject, each["/Font"]).values()]
    names = [cast(DictionaryObject, font.get_object())["/BaseFont"] for font in used]
    return {str(name).split("+")[1].split("-")[0] for name in names}


def is_archival(rendering: bytes) -> bool:
    """True if the file claims both standards: for archiving and for accessibility."""
    return b"<pdfaid:part>2</pdfaid:part>" in rendering and b"<pdfuaid:part>1<" in rendering
