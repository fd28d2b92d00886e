"""One invoice from its draft to its void, by the vendor's client alone; `make test-quick` too.

Every dialect has a file of this name.
"""

from dialects.highlevel.books import CARA, OVEN, Books, refused


def test_an_invoice_is_drafted_changed_sent_and_voided(books: Books) -> None:
    draft = books.drafted()
    assert (draft["status"], draft["invoiceNumber"], draft["total"]) == ("draft", "", 999)

    update = {
        **books.location,
        "name": "Kitchen",
        "currency": "USD",
        "invoiceItems": [{**OVEN, "qty": 2}],
        "issueDate": "2026-01-05",
        "dueDate": "2026-01-05",
    }
    changed = books.call("update_invoice", draft["_id"], update)
    assert (changed["name"], changed["total"]) == ("Kitchen", 1998)

    sent = books.send(draft["_id"])
    assert (sent["status"], sent["invoiceNumber"]) == ("sent", "INV-000001")
    assert (sent["amountPaid"], sent["amountDue"]) == (0, 1998)

    voided = books.void(draft["_id"])
    assert (voided["status"], voided["invoiceNumber"]) == ("void", "INV-000001")
    assert (voided["amountPaid"], voided["amountDue"], voided["total"]) == (0, 1998, 1998)
    assert books.show(draft["_id"]) == voided
    listed = books.call("list_invoices", *books.location.values(), limit="10", offset="0")
    assert listed == {"invoices": [voided], "total": 1}
    assert voided["contactDetails"]["id"] == CARA["id"]


def test_a_voided_invoice_is_not_voided_again(books: Books) -> None:
    invoice = books.sent()
    voided = books.void(invoice["_id"])
    with refused(400, "The invoice is already voided. Nothing is left to do."):
        books.void(invoice["_id"])
    assert books.show(invoice["_id"]) == voided


def test_a_paid_invoice_is_not_voided(books: Books) -> None:
    """Of 999.00 dollars 100.50 were paid and are not refunded."""
    invoice = books.sent()
    paid = books.record(invoice["_id"], amount=100.5)
    assert (paid["status"], paid["amountPaid"], paid["amountDue"]) == (
        "partially_paid",
        100.5,
        898.5,
    )
    refusal = (
        "Money was received for the invoice. Refund it first; the refund counts as soon as its"
        " money was sent back."
    )
    with refused(400, refusal):
        books.void(invoice["_id"])
    assert books.show(invoice["_id"]) == paid


def test_a_draft_is_deleted_and_not_voided(books: Books) -> None:
    draft = books.drafted()
    with refused(400, "The invoice is a draft, so it cannot be voided. Delete it instead."):
        books.void(draft["_id"])
    deleted = books.call("delete_invoice", draft["_id"], *books.location.values())
    assert (deleted["_id"], deleted["status"]) == (draft["_id"], "draft")
    with refused(400, "There is no invoice with this id."):
        books.void(draft["_id"])
