"""Money that was paid for a voided invoice settles the invoice that replaces it."""

import pytest

from dialects.lago.books import Books


@pytest.mark.parametrize("status", ["finalized", "draft"])
def test_the_replacement_need_not_be_paid_again(books: Books, status: str) -> None:
    invoice_id = books.invoice(books.customer())
    books.paid(invoice_id, 1200)
    body = {"void": True, "status": status}
    answer = books.http("POST", f"/invoices/{invoice_id}/regenerate", json=body)
    new_id = answer.json()["invoice"]["lago_id"]
    if status == "draft":
        books.client.invoices.finalize(new_id)
    new, old = books.client.invoices.find(new_id), books.client.invoices.find(invoice_id)
    assert (new.status, new.payment_status, new.total_due_amount_cents) == (
        *("finalized", "succeeded"),
        0,
    )
    assert (old.status, old.total_paid_amount_cents) == ("voided", 1200)
