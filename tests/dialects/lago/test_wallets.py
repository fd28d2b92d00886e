"""Wallets: opened, filled, spent, changed and terminated through the vendor's client."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from lago_python_client.models import Payment

from dialects.lago.books import Books, line
from dialects.lago.said import error, invalid
from dialects.lago.wallet import Wallet, open_wallet, wallet_input
from faults.world import at_once
from polaris.core import commands
from polaris.core.commands.values import Apply
from polaris.engine import new_id


def spent(books: Books, customer_id: str, amount_minor: int) -> str:
    """An invoice that the customer's wallets pay as far as they go."""
    invoice_id = books.draft(customer_id, line(amount_minor))
    books.done(commands.FinalizeInvoice(invoice_id=invoice_id, apply=Apply(wallet=True)))
    return invoice_id


def test_a_wallets_life(books: Books, client: Any) -> None:
    """Granted credits are there at once, bought ones once they are paid; then they are spent."""
    customer_id = books.customer()
    wallet = client.wallets.create(
        Wallet(
            external_customer_id="cust_1",
            rate_amount="2",
            name="Prepaid",
            currency="EUR",
            paid_credits="10",
            granted_credits="3.5",
            priority=7,
            metadata={"team": "a", "none": None},
        )
    )
    assert (wallet.status, wallet.currency, wallet.rate_amount) == ("active", "EUR", "2.0")
    assert (wallet.credits_balance, wallet.balance_cents) == ("3.5", 700)
    assert (wallet.priority, wallet.metadata) == (7, {"team": "a", "none": None})
    happened = client.wallet_transactions.find_all(wallet.lago_id)["wallet_transactions"]
    bought = next(one for one in happened if one.transaction_status == "purchased")
    assert bought.status == "pending"
    invoice = client.invoices.find(bought.lago_invoice_id)
    assert (invoice.invoice_type, invoice.total_amount_cents) == ("credit", 2000)
    client.payments.create(
        Payment(invoice_id=invoice.lago_id, amount_cents=2000, reference="bank", paid_at=None)
    )
    filled = client.wallets.find(wallet.lago_id)
    assert (filled.credits_balance, filled.balance_cents) == ("13.5", 2700)
    spent(books, customer_id, 801)
    after = client.wallets.find(wallet.lago_id)
    assert (after.balance_cents, after.credits_balance) == (1899, "9.495")
    assert (after.consumed_credits, after.ongoing_balance_cents) == ("4.005", 1899)
    assert after.last_consumed_credit_at is not None
    client.wallets.destroy(wallet.lago_id)
    closed = client.wallets.destroy(wallet.lago_id)
    assert (closed.status, closed.balance_cents) == ("terminated", 1899)


def test_the_whole_wallet_as_json(books: Books) -> None:
    customer_id = books.customer()
    wallet = open_wallet(
        books,
        code="main",
        expiration_at="2099-01-01T00:00:00+02:00",
        paid_top_up_min_amount_cents=100,
        paid_top_up_max_amount_cents=None,
        purchase_order_number="PO-1",
        granted_credits=1,
    )
    created = wallet["created_at"]
    assert wallet == {
        "lago_id": wallet["lago_id"],
        "lago_customer_id": customer_id,
        "external_customer_id": "cust_1",
        "billing_entity_code": "faults",
        "status": "active",
        "currency": "EUR",
        "name": None,
        "code": "main",
        "priority": 50,
        "rate_amount": "2.0",
        "credits_balance": "1.0",
        "balance_cents": 200,
        "consumed_credits": "0.0",
        "credits_ongoing_balance": "1.0",
        "ongoing_balance_cents": 200,
        "credits_ongoing_usage_balance": "0.0",
        "ongoing_usage_balance_cents": 0,
        "created_at": created,
        "expiration_at": "2098-12-31T22:00:00Z",
        "last_balance_sync_at": created,
        "last_consumed_credit_at": None,
        "terminated_at": None,
        "recurring_transaction_rules": [],
        "applies_to": {"fee_types": [], "billable_metric_codes": []},
        "invoice_requires_successful_payment": False,
        "paid_top_up_min_amount_cents": 100,
        "paid_top_up_max_amount_cents": None,
        "purchase_order_number": "PO-1",
        "metadata": None,
        "payment_method": None,
        "applied_invoice_custom_sections": [],
    }
    assert books.http("GET", f"/wallets/{wallet['lago_id']}").json() == {"wallet": wallet}


@pytest.mark.parametrize(
    ("rate", "credits", "amount_minor", "shown"),
    [
        ("1", "10.123456", 1012, "10.12"),
        ("2", "0.0025", 1, "0.005"),
        ("3", "1", 300, "1.0"),
        ("3", "0.3333333", 100, "0.33333"),
        ("0.00001", "100000", 100, "100000.0"),
        ("123456789.5", "1", 12345678950, "1.0"),
        ("2", 1.5, 300, "1.5"),
        ("2", "0", 0, "0.0"),
        ("2", None, 0, "0.0"),
    ],
)
def test_credits_are_worth_their_rate(
    shared: Books, rate: str, credits: object, amount_minor: int, shown: str
) -> None:
    """Five places of a credit count, and of an amount whole minor units."""
    shared.customer(owner := new_id())
    wallet = open_wallet(shared, owner, rate_amount=rate, granted_credits=credits)
    assert (wallet["balance_cents"], wallet["credits_balance"]) == (amount_minor, shown)


def test_a_yen_has_no_cents(books: Books) -> None:
    books.customer()
    wallet = open_wallet(books, currency="JPY", granted_credits="10.4")
    assert (wallet["balance_cents"], wallet["credits_balance"]) == (21, "10.5")


def test_six_active_wallets_are_the_most(books: Books, client: Any) -> None:
    """The limit also holds for concurrent requests; a terminated wallet does not count."""
    books.customer()
    for _ in range(4):
        open_wallet(books)
    jobs = [partial(books.http, "POST", "/wallets", json=wallet_input()) for _ in range(4)]
    told = [one.json() for one in at_once(jobs) if not isinstance(one, BaseException)]
    refused = [one for one in told if "wallet" not in one]
    assert refused == [invalid(customer=["wallet_limit_reached"])] * 2
    assert len(told) == 4
    client.wallets.destroy(next(one for one in told if "wallet" in one)["wallet"]["lago_id"])
    open_wallet(books)


def test_a_code_is_taken_once_among_active_wallets(books: Books, client: Any) -> None:
    books.customer()
    books.customer("other")
    first = open_wallet(books, code="main")
    again = books.http("POST", "/wallets", json=wallet_input(code="main"))
    assert again.json() == invalid(code=["value_already_exist"])
    open_wallet(books, "other", code="main")
    client.wallets.destroy(first["lago_id"])
    assert open_wallet(books, code="main")["code"] == "main"


def test_limits_can_be_ignored_at_the_beginning(books: Books) -> None:
    books.customer()
    wallet = open_wallet(
        books,
        paid_credits="1",
        paid_top_up_min_amount_cents=5000,
        ignore_paid_top_up_limits_on_creation=True,
    )
    path = f"/wallets/{wallet['lago_id']}/wallet_transactions"
    (bought,) = books.http("GET", path).json()["wallet_transactions"]
    assert (bought["amount"], bought["status"]) == ("2.0", "pending")


def test_a_wallet_is_changed(books: Books, client: Any) -> None:
    """Only the given fields change."""
    books.customer()
    wallet_id = open_wallet(books, name="Old", metadata={"a": "1"}, purchase_order_number="PO")[
        "lago_id"
    ]
    later = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    changed = client.wallets.update(
        Wallet(name="New", priority=1, expiration_at=later, metadata={"b": "2"}), wallet_id
    )
    assert (changed.name, changed.priority, changed.expiration_at) == ("New", 1, later)
    assert changed.metadata == {"a": "1", "b": "2"}
    assert changed.purchase_order_number == "PO"
    limited = books.http(
        "PUT", f"/wallets/{wallet_id}", json={"wallet": {"paid_top_up_max_amount_cents": 5}}
    ).json()["wallet"]
    assert (limited["name"], limited["paid_top_up_max_amount_cents"]) == ("New", 5)


def test_a_terminated_wallet_is_not_changed(books: Books, client: Any) -> None:
    books.customer()
    wallet_id = open_wallet(books)["lago_id"]
    client.wallets.destroy(wallet_id)
    answer = books.http("PUT", f"/wallets/{wallet_id}", json={"wallet": {"name": "x"}})
    assert answer.json() == invalid(wallet_id=["wallet_is_terminated"])


def test_terminating_at_once_is_done_once(books: Books) -> None:
    """Every concurrent request is answered with the terminated wallet."""
    books.customer()
    for _ in range(3):
        wallet_id = open_wallet(books)["lago_id"]
        jobs = [partial(books.http, "DELETE", f"/wallets/{wallet_id}")] * 4
        told = [one.json() for one in at_once(jobs) if not isinstance(one, BaseException)]
        assert len(told) == 4
        assert len({one["wallet"]["terminated_at"] for one in told}) == 1
        assert {one["wallet"]["status"] for one in told} == {"terminated"}


def test_metadata_are_replaced_merged_and_forgotten(books: Books, client: Any) -> None:
    books.customer()
    wallet_id = open_wallet(books)["lago_id"]
    wallets = client.wallets
    assert wallets.replace_metadata(wallet_id, {"a": "1", "b": "2"}) == {"a": "1", "b": "2"}
    assert wallets.merge_metadata(wallet_id, {"b": None}) == {"a": "1", "b": None}
    assert wallets.delete_metadata_key(wallet_id, "a") == {"b": None}
    assert wallets.find(wallet_id).metadata == {"b": None}
    missing = error(404, "metadata_not_found")
    assert books.http("DELETE", f"/wallets/{wallet_id}/metadata/a").json() == missing
    assert books.http("DELETE", f"/wallets/{wallet_id}/metadata").json() == {"metadata": None}
    assert books.http("DELETE", f"/wallets/{wallet_id}/metadata").json() == missing
    assert wallets.find(wallet_id).metadata is None


def test_lists(books: Books, client: Any) -> None:
    """The newest first: all, a customer's, page by page."""
    books.customer("one")
    books.customer("other")
    ids = [open_wallet(books, owner)["lago_id"] for owner in ("one", "other", "one")]

    def listed(path: str = "/wallets", **params: object) -> list[str]:
        answer = books.http("GET", path, params=params)
        return [row["lago_id"] for row in answer.json()["wallets"]]

    assert listed() == ids[::-1]
    assert listed(external_customer_id="one") == [ids[2], ids[0]]
    assert listed("/customers/other/wallets") == [ids[1]]
    assert listed(per_page=1, page=3) == [ids[0]]
    assert client.wallets.find_all({"external_customer_id": "one"})["meta"]["total_count"] == 2
    unknown = error(404, "customer_not_found")
    assert books.http("GET", "/customers/x/wallets").json() == unknown
    assert books.http("GET", "/wallets", params={"external_customer_id": "x"}).json() == unknown


def test_credits_whose_payment_is_said_to_have_failed(books: Books, client: Any) -> None:
    """The purchase has failed with it; money that comes all the same lands."""
    books.customer()
    wallet_id = open_wallet(books, paid_credits="10")["lago_id"]
    [sale] = client.invoices.find_all({"invoice_type": "credit"})["invoices"]

    def state() -> str:
        return str(client.wallet_transactions.find_all(wallet_id)["wallet_transactions"][0].status)

    body = {"invoice": {"payment_status": "failed"}}
    assert state() == "pending"
    assert books.http("PUT", f"/invoices/{sale.lago_id}", json=body).status_code == 200
    assert state() == "failed"
    books.paid(sale.lago_id, sale.total_due_amount_cents)
    assert state() == "settled"


def test_credits_that_a_note_takes_back_name_it(books: Books) -> None:
    """A refund of bought credits voids them."""
    books.customer()
    wallet_id = open_wallet(books, paid_credits="10")["lago_id"]
    [sale] = books.http("GET", "/invoices?invoice_type=credit").json()["invoices"]
    books.paid(sale["lago_id"], sale["total_amount_cents"])
    [fee] = books.http("GET", f"/invoices/{sale['lago_id']}").json()["invoice"]["fees"]
    body = {
        "invoice_id": sale["lago_id"],
        "refund_amount_cents": 400,
        "items": [{"fee_id": fee["lago_id"], "amount_cents": 400}],
    }
    note = books.http("POST", "/credit_notes", json={"credit_note": body}).json()["credit_note"]
    path = f"/wallets/{wallet_id}/wallet_transactions?transaction_status=voided"
    [taken] = books.http("GET", path).json()["wallet_transactions"]
    assert (taken["amount"], taken["lago_credit_note_id"]) == ("4.0", note["lago_id"])
