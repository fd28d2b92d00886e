"""The rest of an invoice that a void credits: by Lago's formula, and in whole minor units."""

from typing import Any

import pytest

from dialects.lago.books import VAT, Books, line

CREDITED = {"generate_credit_note": True}


def notes_of(books: Books) -> list[dict[str, Any]]:
    """All credit notes, the first first."""
    notes: list[dict[str, Any]] = books.http("GET", "/credit_notes").json()["credit_notes"]
    return sorted(notes, key=lambda note: str(note["number"]))


def credit(books: Books, invoice: Any, fee: int, amount: int, total: int) -> str:
    """The id of a note that credits part of a fee."""
    items = [{"fee_id": invoice["fees"][fee]["lago_id"], "amount_cents": amount}]
    body = {"invoice_id": invoice["lago_id"], "credit_amount_cents": total, "items": items}
    made = books.http("POST", "/credit_notes", json={"credit_note": body})
    assert made.status_code == 200, made.text
    return str(made.json()["credit_note"]["lago_id"])


def get_invoice(books: Books, invoice_id: str) -> Any:
    """The invoice as Lago shows it."""
    return books.http("GET", f"/invoices/{invoice_id}").json()["invoice"]


def void(books: Books, invoice_id: str, **asked: Any) -> None:
    """Void it with a credit note."""
    answer = books.http("POST", f"/invoices/{invoice_id}/void", json={**CREDITED, **asked})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("asked", "status"), [(8199, 200), (8200, 200), (8201, 422)])
def test_the_unit_that_rounding_leaves_is_taken_off(books: Books, asked: int, status: int) -> None:
    """Lago rounds the tax of what is left by itself: 8,200 of the 8,199 that there are."""
    invoice = get_invoice(books, books.invoice(books.customer(), line(6833, VAT), line(6833, VAT)))
    credit(books, invoice, 0, 6833, 8200)

    body = {**CREDITED, "credit_amount": asked}
    answer = books.http("POST", f"/invoices/{invoice['lago_id']}/void", json=body)

    assert answer.status_code == status, answer.text
    totals = [note["total_amount_cents"] for note in notes_of(books)]
    assert totals == ([8200, 8199] if status == 200 else [8200])


def test_a_voided_note_leaves_its_fees_used_up(books: Books) -> None:
    """Lago counts what is left by fee: a note that was voided still takes its part."""
    invoice = get_invoice(books, books.invoice(books.customer(), line(1000, VAT), line(500, VAT)))
    note_id = credit(books, invoice, 0, 1000, 1200)
    assert books.http("PUT", f"/credit_notes/{note_id}/void").status_code == 200

    void(books, invoice["lago_id"])

    _, rest = notes_of(books)
    assert (rest["credit_status"], rest["total_amount_cents"]) == ("voided", 600)
    [item] = rest["items"]
    assert (item["fee"]["lago_id"], item["amount_cents"]) == (invoice["fees"][1]["lago_id"], 500)


def test_the_note_asked_for_is_over_fees_that_are_left(books: Books) -> None:
    """The requested credit is shared among the fees that no note has credited."""
    invoice = get_invoice(books, books.invoice(books.customer(), line(1000, VAT), line(500, VAT)))
    note_id = credit(books, invoice, 0, 1000, 1200)
    assert books.http("PUT", f"/credit_notes/{note_id}/void").status_code == 200

    void(books, invoice["lago_id"], credit_amount=300)

    _, asked, rest = notes_of(books)
    assert [one["total_amount_cents"] for one in (asked, rest)] == [300, 300]
    assert [len(one["items"]) for one in (asked, rest)] == [1, 1]


@pytest.mark.parametrize("paid", [False, True])
def test_sold_credits_leave_nothing_to_name(books: Books, paid: bool) -> None:
    """A purchase of credits is creditable by nobody, so that no note says otherwise."""
    books.customer()
    wallet = {"external_customer_id": "cust_1", "rate_amount": "1", "paid_credits": "10"}
    assert books.http("POST", "/wallets", json={"wallet": wallet}).status_code == 200
    [sale] = books.http("GET", "/invoices?invoice_type=credit").json()["invoices"]
    if paid:
        books.paid(sale["lago_id"], sale["total_amount_cents"])

    void(books, sale["lago_id"])

    assert notes_of(books) == []
    assert get_invoice(books, sale["lago_id"])["status"] == "voided"
