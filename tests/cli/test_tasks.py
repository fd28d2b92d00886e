"""Tasks are listed, shown and resolved on the command line."""

from cli.books import Books
from faults.world import done
from polaris.core.commands import ReceivePayment, RequestRefund, UpdateRefund
from polaris.core.facts.payment import RefundState
from polaris.engine import new_id


def failed_refund(books: Books, amount_minor: int) -> str:
    """Create a refund that failed. Return its id."""
    payment_id, refund_id = new_id(), new_id()
    [customer_id] = books.customer()
    paid = ReceivePayment(
        payment_id=payment_id, customer_id=customer_id, currency="EUR", amount_minor=5000
    )
    asked = RequestRefund(refund_id=refund_id, payment_id=payment_id, amount_minor=amount_minor)
    failed = UpdateRefund(refund_id=refund_id, state=RefundState.FAILED)
    done(books.engine, books.tenant_id, [paid, asked, failed])
    return refund_id


def test_a_task_is_listed_shown_and_resolved(books: Books) -> None:
    assert "There are no such tasks." in books.run("task", "list").out
    refund_id = failed_refund(books, 1234)
    [task] = books.run("task", "list", "--json").json["tasks"]
    assert (task["kind"], task["subject_id"]) == ("refund_failed", refund_id)
    assert (task["amount_minor"], task["currency"]) == (1234, "EUR")
    listed = books.run("task", "list").out
    assert task["id"] in listed
    assert "12.34 EUR" in listed
    shown = books.run("task", "show", task["id"]).out
    assert refund_id in shown
    resolved = books.run("task", "resolve", task["id"], "Paid by hand.", "--json").json
    assert (resolved["resolution"], resolved["resolved_by"][:3]) == ("Paid by hand.", "cli")
    assert books.run("task", "list", "--json").json == {"tasks": [], "next": None}
    assert "Paid by hand." in books.run("task", "show", task["id"]).out
    again = books.run("task", "resolve", task["id"], "Again.", "--json")
    assert (again.code, [one["code"] for one in again.json["refusals"]]) == (1, ["task_resolved"])


def test_a_list_goes_on_after_its_last_task(books: Books) -> None:
    for amount in (100, 200):
        failed_refund(books, amount)
    first = books.run("task", "list", "--limit", "1", "--json").json
    assert [task["amount_minor"] for task in first["tasks"]] == [100]
    second = books.run("task", "list", "--after", first["next"], "--json").json
    assert ([task["amount_minor"] for task in second["tasks"]], second["next"]) == ([200], None)


def test_an_unknown_task_is_an_error(books: Books) -> None:
    unknown = new_id()
    for arguments in (("show", unknown), ("list", "--after", unknown)):
        ended = books.run("task", *arguments, "--json")
        assert (ended.code, ended.json["done"]) == (1, False)
        assert unknown in ended.json["error"]
