"""Credit notes as a client asks for them."""

from typing import Any

from lago_python_client.models import CreditNote, CreditNoteUpdate, Item, Items

from dialects.lago.books import Books


def fees_of(books: Books, invoice_id: str) -> list[str]:
    """The ids of an invoice's fees, in order."""
    shown = books.http("GET", f"/invoices/{invoice_id}").json()["invoice"]
    return [fee["lago_id"] for fee in shown["fees"]]


def note(books: Books, invoice_id: str, *amounts: int, **named: Any) -> CreditNote:
    """A note over an invoice's fees, in order, as the client sends it."""
    fees = zip(fees_of(books, invoice_id), amounts, strict=False)
    items = [Item(fee_id=fee_id, amount_cents=amount) for fee_id, amount in fees]
    return CreditNote(invoice_id=invoice_id, items=Items(__root__=items), **named)


def put(books: Books, path: str, **fields: object) -> dict[str, Any]:
    """A change of a note, by hand."""
    answer: dict[str, Any] = books.http("PUT", path, json={"credit_note": fields}).json()
    return answer


def answer_to(books: Books, asked: CreditNote) -> dict[str, Any]:
    """What is said of a note that is asked for."""
    answer: dict[str, Any] = books.http(
        "POST", "/credit_notes", json={"credit_note": asked.dict()}
    ).json()
    return answer


def update(**fields: Any) -> CreditNoteUpdate:
    """A change of a note, as the client sends it."""
    return CreditNoteUpdate(**fields)
