"""Payments that are recorded by hand."""

from typing import Any

import pytest

from dialects.highlevel.books import Books, refused
from polaris.core.facts.payment import Payment


def payments(books: Books, invoice: Any) -> list[Payment]:
    """The payments of an invoice, the oldest first."""
    found = books.facts(invoices={books.row_id(invoice)}).tables[Payment].values()
    return sorted((row for row in found if isinstance(row, Payment)), key=lambda row: row.id)


def test_a_repeated_call_records_a_second_payment(books: Books) -> None:
    """The vendor has no idempotency, so two equal payments are two payments."""
    invoice = books.sent()
    for paid, due in ((100.01, 898.99), (200.02, 798.98)):
        after = books.record(invoice["_id"], amount=100.01)
        assert (after["status"], after["amountPaid"], after["amountDue"]) == (
            "partially_paid",
            paid,
            due,
        )
    assert [row.amount_minor for row in payments(books, invoice)] == [10001, 10001]


def test_the_extension_makes_a_repetition_harmless(books: Books) -> None:
    invoice = books.sent()
    body = {**books.location, "mode": "cash", "amount": 100}
    answers = [
        books.raw(
            "POST",
            f"/{invoice['_id']}/record-payment",
            json=body,
            headers={"Idempotency-Key": "k1"},
        )
        for _ in range(2)
    ]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert len(payments(books, invoice)) == 1


def test_without_an_amount_all_that_is_due_is_paid(books: Books) -> None:
    invoice = books.sent()
    books.record(invoice["_id"], amount=99)
    after = books.record(invoice["_id"])
    assert (after["status"], after["amountPaid"], after["amountDue"]) == ("paid", 999, 0)
    with refused(400, "Nothing is due on the invoice."):
        books.record(invoice["_id"])


@pytest.mark.parametrize(
    ("asked", "method", "reference"),
    [
        ({"mode": "cash"}, "cash", None),
        (
            {"mode": "cheque", "cheque": {"number": "17"}, "notes": "by post"},
            "cheque",
            "17, by post",
        ),
        ({"mode": "card", "card": {"brand": "Visa", "last4": "4242"}}, "card", "Visa, 4242"),
        ({"mode": "bank_transfer", "notes": "ref 9"}, "bank_transfer", "ref 9"),
        ({"mode": "other", "card": {"brand": "Visa"}}, "other", None),
    ],
)
def test_how_it_was_paid(
    books: Books, asked: dict[str, Any], method: str, reference: str | None
) -> None:
    invoice = books.sent()
    books.record(invoice["_id"], fulfilledAt="2026-02-03T04:05:06.000Z", **asked)
    (payment,) = payments(books, invoice)
    assert (payment.method, payment.reference, payment.provider) == (method, reference, "manual")
    assert payment.received_at.isoformat() == "2026-02-03T04:05:06+00:00"


def test_what_cannot_be_paid(books: Books) -> None:
    draft, invoice = books.drafted(), books.sent()
    with refused(400, "The invoice is a draft. Send it first."):
        books.record(draft["_id"], amount=1)
    exceeded = (
        "amount: The amount is larger than the invoice's outstanding amount (999.00 USD)."
        " Use at most the outstanding amount."
    )
    with refused(422, [exceeded]):
        books.record(invoice["_id"], amount=999.01)
    books.void(invoice["_id"])
    with refused(400, "The invoice is already voided. Nothing is left to do."):
        books.record(invoice["_id"], amount=1)
    assert payments(books, invoice) == []
