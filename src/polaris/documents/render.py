"""Typesetting. Text from outside reaches the template as strings, so none of it is ever markup."""

from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock

import msgspec
import typst

from polaris.documents.document import Document
from polaris.documents.printing import printed

TEMPLATE = Path(__file__).with_name("document.typ")

# Kept for years, and read aloud.
ARCHIVAL: "typst.PDFStandards" = ["a-2a", "ua-1"]

_one_at_a_time = Lock()


def pdf(document: Document, created_at: datetime) -> bytes:
    """The document typeset; the same document and time give the same bytes."""
    inputs = {"printed": msgspec.json.encode(printed(document)).decode()}
    created = int(created_at.timestamp())
    with _one_at_a_time:
        try:
            return _typeset(inputs, created, ARCHIVAL)
        except typst.TypstError:
            # The standards forbid a character that no font has. Better a box on a lesser PDF than
            # no invoice at all for whoever is called so.
            return _typeset(inputs, created, [])


def _typeset(inputs: dict[str, str], created: int, standards: "typst.PDFStandards") -> bytes:
    result = _compiler().compile(
        format="pdf", sys_inputs=inputs, timestamp=created, pdf_standards=standards
    )
    assert isinstance(result, bytes), "a PDF is one file"
    return result


@cache
def _compiler() -> typst.Compiler:
    """One for all: it keeps the fonts and the parsed template, and serves one call at a time."""
    # A machine's own fonts would give each machine its own document.
    fonts = typst.Fonts(include_system_fonts=False)
    return typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts)
