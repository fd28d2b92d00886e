"""Requests for credit notes."""

from typing import Any

from lago_python_client.models import CreditNote, CreditNoteUpdate, Item, Items

from dialects.lago.books import Books


def fees_of(books: Books, invoice_id: str) -> list[str]:
    """Return the ids of an invoice's fees, in order."""
    shown = books.http("GET", f"/invoices/{invoice_id}").json()["invoice"]
    return [fee["lago_id"] for fee in shown["fees"]]


def note(books: Books, invoice_id: str, *amounts: int, **named: Any) -> CreditNote:
    """Return a request for a note over an invoice's fees, in order."""
    fees = zip(fees_of(books, invoice_id), amounts, strict=False)
    items = [Item(fee_id=fee_id, amount_cents=amount) for fee_id, amount in fees]
    return CreditNote(invoice_id=invoice_id, items=Items(__root__=items), **named)


def put(books: Books, path: str, **fields: object) -> dict[str, Any]:
    """Update a resource without the client, and return the answer."""
    answer: dict[str, Any] = books.http("PUT", path, json={"credit_note": fields}).json()
    return answer


def answer_to(books: Books, asked: CreditNote) -> dict[str, Any]:
    """Request a note without the client, and return the answer."""
    answer: dict[str, Any] = books.http(
        "POST", "/credit_notes", json={"credit_note": asked.dict()}
    ).json()
    return answer


def update(**fields: Any) -> CreditNoteUpdate:
    """Return an update of a note for the client."""
    return CreditNoteUpdate(**fields)
