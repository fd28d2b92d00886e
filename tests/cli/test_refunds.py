"""Refunds on the command line: listed, settled, failed, converted and requested."""

from cli.books import Books
from faults.world import done
from polaris.core.commands import ReceivePayment, VoidInvoice
from polaris.engine import new_id


def paid(books: Books, currency: str = "EUR", amount_minor: int = 5000) -> str:
    """Receive money by transfer, for no invoice. Return the payment's id."""
    payment_id = new_id()
    [customer_id] = books.customer()
    received = ReceivePayment(
        payment_id=payment_id,
        customer_id=customer_id,
        currency=currency,
        amount_minor=amount_minor,
    )
    done(books.engine, books.tenant_id, [received])
    return payment_id


def requested(books: Books, amount: str = "12.34") -> str:
    """Request a refund on the command line. Return its id."""
    made = books.run("refund", "request", amount, "--payment", paid(books), "--json")
    assert made.code == 0, made.err
    return str(made.json["id"])


def test_a_refund_is_requested_and_settled(books: Books) -> None:
    assert "There are no such refunds." in books.run("refund", "list").out
    refund_id = requested(books)
    [listed] = books.run("refund", "list", "--json").json["refunds"]
    assert (listed["id"], listed["state"], listed["amount_minor"]) == (refund_id, "requested", 1234)
    assert (listed["provider"], listed["currency"]) == ("manual", "EUR")
    table = books.run("refund", "list").out
    assert refund_id in table
    assert "12.34 EUR" in table
    settled = books.run("refund", "settle", refund_id, "--reference", "bank 7", "--json").json
    assert (settled["state"], settled["reference"], settled["attempts"]) == (
        "settled",
        "bank 7",
        [],
    )
    assert books.run("refund", "list", "--json").json == {"refunds": [], "next": None}
    [every] = books.run("refund", "list", "--all", "--json").json["refunds"]
    assert every["id"] == refund_id
    again = books.run("refund", "settle", refund_id, "--json")
    assert (again.code, [one["code"] for one in again.json["refusals"]]) == (
        1,
        ["already_in_state"],
    )


def test_a_refund_that_failed_is_converted(books: Books) -> None:
    refund_id = requested(books)
    failed = books.run("refund", "fail", refund_id, "--reason", "Account closed.", "--json").json
    assert (failed["state"], failed["failure"]) == ("failed", "Account closed.")
    assert "Account closed." in books.run("refund", "show", refund_id).out
    [task] = books.run("task", "list", "--json").json["tasks"]
    assert (task["kind"], task["subject_id"]) == ("refund_failed", refund_id)
    assert books.run("refund", "convert", refund_id, "--json").json["state"] == "converted"
    assert books.run("task", "list", "--json").json["tasks"] == []


def test_lists_are_filtered_and_go_on(books: Books) -> None:
    first, second = requested(books, "1"), requested(books, "2")
    page = books.run("refund", "list", "--limit", "1", "--json").json
    assert ([row["id"] for row in page["refunds"]], page["next"]) == ([first], first)
    rest = books.run("refund", "list", "--after", first, "--json").json
    assert ([row["id"] for row in rest["refunds"]], rest["next"]) == ([second], None)
    none = books.run("refund", "list", "--state", "failed", "--json").json
    assert none == {"refunds": [], "next": None}
    assert books.run("refund", "list", "--provider", "stripe", "--json").json["refunds"] == []


def test_held_money_is_listed_and_refunded(books: Books) -> None:
    invoice_id = books.invoice(paid_minor=1200)
    assert books.run("refund", "available").out == "No money is unused or held.\n"
    done(books.engine, books.tenant_id, [VoidInvoice(invoice_id=invoice_id)])
    [held] = books.run("refund", "available", "--json").json
    assert (held["invoice_id"], held["amount_minor"]) == (invoice_id, 1200)
    more = books.run("refund", "request", "12.01", "--invoice", invoice_id, "--json")
    assert [one["code"] for one in more.json["refusals"]] == ["not_refundable"]
    made = books.run("refund", "request", "5", "--invoice", held["invoice_number"], "--json").json
    assert (made["amount_minor"], made["invoice_id"]) == (500, invoice_id)
    [left] = books.run("refund", "available", "--json").json
    assert left["amount_minor"] == 700


def test_an_amount_is_in_the_currency_of_its_source(books: Books) -> None:
    """Yen have no decimal places, and the tenant's own currency has two."""
    payment_id = paid(books, "JPY", 5000)
    made = books.run("refund", "request", "12", "--payment", payment_id, "--json").json
    assert (made["amount_minor"], made["currency"]) == (12, "JPY")
    parts = books.run("refund", "request", "12.5", "--payment", payment_id)
    assert parts.code == 2
    assert "too many decimals" in parts.err


def test_what_is_not_there_or_not_named_is_an_error(books: Books) -> None:
    unknown = new_id()
    for arguments in (("show", unknown), ("list", "--after", "nothing")):
        ended = books.run("refund", *arguments, "--json")
        assert (ended.code, ended.json["done"]) == (1, False)
        assert "polaris refund list --all" in ended.json["error"]
    settled = books.run("refund", "settle", unknown, "--json")
    assert [one["code"] for one in settled.json["refusals"]] == ["not_found"]
    assert books.run("refund", "request", "5").code == 2
    assert (
        unknown in books.run("refund", "request", "5", "--payment", unknown, "--json").json["error"]
    )
