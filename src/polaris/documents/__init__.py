"""Invoices and credit notes as PDF files. Only the layout is made here; the facts are given."""

from polaris.documents.document import Document, Line, Mark, Party
from polaris.documents.render import pdf

__all__ = ["Document", "Line", "Mark", "Party", "pdf"]
