"""Invoices and credit notes as PDF: laid out as told; nothing is read or decided here."""

from polaris.documents.document import Document, Line, Mark, Party
from polaris.documents.render import pdf

__all__ = ["Document", "Line", "Mark", "Party", "pdf"]
