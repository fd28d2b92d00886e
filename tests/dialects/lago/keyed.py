"""Calls under an idempotency key: how they are made, and one call of each kind."""

from collections.abc import Callable
from typing import Any, NamedTuple

import httpx

from dialects.lago.books import Books, line
from dialects.lago.crediting import fees_of
from dialects.lago.kept import rows
from dialects.lago.wallet import open_wallet

MARK = "idempotent-replayed"


class Asked(NamedTuple):
    """A call that changes something."""

    method: str
    path: str
    body: Any = None


def keyed(books: Books, asked: Asked, key: str | None = "k1", **named: Any) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return books.http(asked.method, asked.path, json=asked.body, headers=headers, **named)


def booked(books: Books) -> dict[str, list[str]]:
    """Return all rows of the tenant, except those of idempotency keys."""
    return rows(books, "idempotency_key")


def forget_calls(books: Books) -> None:
    """Delete the tenant's idempotency keys, as the job does after 30 days."""
    with books.database.connect() as connection:
        connection.execute("delete from idempotency_key where tenant_id = %s", [books.tenant_id])


def forget_answers(books: Books) -> None:
    """As if the server had been killed between the commit and the answer."""
    with books.database.connect() as connection:
        connection.execute(
            "update idempotency_key set status = null, media_type = null, body = null"
            " where tenant_id = %s",
            [books.tenant_id],
        )


# ---------------------------------------------------------------- calls


def one_off(books: Books) -> Asked:
    books.customer()
    add_on = {"name": "A", "code": "a", "amount_cents": 1000, "amount_currency": "EUR"}
    assert books.http("POST", "/add_ons", json={"add_on": add_on}).status_code == 200
    fees = [{"add_on_code": "a", "units": 1}]
    body = {"invoice": {"external_customer_id": "cust_1", "currency": "EUR", "fees": fees}}
    return Asked("POST", "/invoices", body)


def payment(books: Books) -> Asked:
    invoice_id = books.invoice(books.customer(), line(1000))
    return Asked("POST", "/payments", paid(invoice_id, 1000))


def paid(invoice_id: str, amount: int) -> Any:
    return {"payment": {"invoice_id": invoice_id, "amount_cents": amount, "reference": "r"}}


def part_note(books: Books) -> Asked:
    return note(books, 300)


def whole_note(books: Books) -> Asked:
    return note(books, 1000)


def note(books: Books, amount: int) -> Asked:
    invoice_id = books.invoice(books.customer(), line(1000))
    books.paid(invoice_id, 1000)
    items = [{"fee_id": fees_of(books, invoice_id)[0], "amount_cents": amount}]
    asked = {"invoice_id": invoice_id, "items": items, "credit_amount_cents": amount}
    return Asked("POST", "/credit_notes", {"credit_note": asked})


def void(books: Books) -> Asked:
    return Asked("POST", f"/invoices/{books.invoice(books.customer())}/void")


def void_with_note(books: Books) -> Asked:
    invoice_id = books.invoice(books.customer())
    books.paid(invoice_id, 1200)
    body = {"generate_credit_note": True, "credit_amount": 700, "refund_amount": 500}
    return Asked("POST", f"/invoices/{invoice_id}/void", body)


def top_up(books: Books) -> Asked:
    books.customer()
    asked = {
        "wallet_id": open_wallet(books)["lago_id"],
        "paid_credits": "10",
        "granted_credits": "5",
    }
    return Asked("POST", "/wallet_transactions", {"wallet_transaction": asked})


def credits_voided(books: Books) -> Asked:
    books.customer()
    wallet = open_wallet(books, granted_credits="10")
    asked = {"wallet_id": wallet["lago_id"], "voided_credits": "4"}
    return Asked("POST", "/wallet_transactions", {"wallet_transaction": asked})


def wallet(books: Books) -> Asked:
    books.customer()
    asked = {"external_customer_id": "cust_1", "rate_amount": "2", "granted_credits": "5"}
    return Asked("POST", "/wallets", {"wallet": asked})


def finalize(books: Books) -> Asked:
    """Finalize a draft whose tax has changed since."""
    tax = {"name": "V", "code": "vat", "rate": 10}
    assert books.http("POST", "/taxes", json={"tax": tax}).status_code == 200
    return Asked("PUT", f"/invoices/{books.draft(books.customer())}/finalize")


def regenerate(books: Books) -> Asked:
    path = f"/invoices/{books.invoice(books.customer())}/regenerate"
    return Asked("POST", path, {"void": True})


def draft_deleted(books: Books) -> Asked:
    return Asked("DELETE", f"/invoices/{books.draft(books.customer())}")


def annotated(books: Books) -> Asked:
    path = f"/invoices/{books.invoice(books.customer())}"
    return Asked("PUT", path, {"invoice": {"metadata": [{"key": "k", "value": "v"}]}})


def customer(books: Books) -> Asked:
    metadata = [{"key": "k", "value": "v"}]
    return Asked("POST", "/customers", {"customer": {"external_id": "new", "metadata": metadata}})


def customer_deleted(books: Books) -> Asked:
    books.customer()
    return Asked("DELETE", "/customers/cust_1")


def tax(books: Books) -> Asked:
    return Asked("POST", "/taxes", {"tax": {"name": "V", "code": "v", "rate": 1}})


def endpoint(books: Books) -> Asked:
    return Asked("POST", "/webhook_endpoints", {"webhook_endpoint": {"webhook_url": "https://a.b"}})


def metadata(books: Books) -> Asked:
    books.customer()
    wallet_id = open_wallet(books, metadata={"k": "v", "l": "w"})["lago_id"]
    return Asked("DELETE", f"/wallets/{wallet_id}/metadata/k")


Preparing = Callable[[Books], Asked]

MONEY: list[Preparing] = [
    one_off,
    payment,
    part_note,
    whole_note,
    void,
    void_with_note,
    top_up,
    credits_voided,
    wallet,
    finalize,
    regenerate,
]
OTHERS: list[Preparing] = [
    draft_deleted,
    annotated,
    customer,
    customer_deleted,
    tax,
    endpoint,
    metadata,
]
