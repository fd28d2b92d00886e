"""Credits bought, granted, voided, spent and given back, and the wallet's history of each."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from lago_python_client.models import Payment

from dialects.lago.books import Books, line
from dialects.lago.said import error, invalid
from dialects.lago.wallet import WalletTransaction, open_wallet
from faults.world import at_once
from polaris.core import commands
from polaris.core.commands.values import Apply, GiveBack, NewLine, TopUpPolicy, VoidNote
from polaris.core.facts.credit_note import CreditTo
from polaris.core.facts.invoice import InvoiceKind, LineKind
from polaris.engine import new_id

UNKNOWN = "01890000-0000-7000-8000-000000000000"

Shown = dict[str, Any]


def moved(books: Books, wallet_id: str | None, **named: Any) -> list[Shown]:
    """Create wallet transactions, and return the answer."""
    body = {"wallet_transaction": {"wallet_id": wallet_id, **named}}
    answer = books.http("POST", "/wallet_transactions", json=body)
    assert answer.status_code == 200, answer.text
    rows: list[Shown] = answer.json()["wallet_transactions"]
    return rows


def history(books: Books, wallet_id: str, **params: object) -> list[Shown]:
    """Return the wallet's transactions, the newest first."""
    answer = books.http("GET", f"/wallets/{wallet_id}/wallet_transactions", params=params)
    assert answer.status_code == 200, answer.text
    rows: list[Shown] = answer.json()["wallet_transactions"]
    return rows


def brief(row: Shown) -> tuple[str, str, str, str]:
    """Return the direction, transaction status, status and amount."""
    why = row["transaction_status"]
    return row["transaction_type"], why, row["status"], row["amount"]


def paid(books: Books, invoice_id: str) -> None:
    """Pay an invoice in full, by the vendor's client."""
    due = books.client.invoices.find(invoice_id).total_due_amount_cents
    books.client.payments.create(
        Payment(invoice_id=invoice_id, amount_cents=due, reference="bank", paid_at=None)
    )


def spent(books: Books, customer_id: str, amount_minor: int) -> str:
    """Create an invoice that the wallets pay as far as possible; return its id."""
    invoice_id = books.draft(customer_id, line(amount_minor))
    books.done(commands.FinalizeInvoice(invoice_id=invoice_id, apply=Apply(wallet=True)))
    return invoice_id


def voided(books: Books, invoice_id: str) -> None:
    """Void an invoice as Lago does without a credit note."""
    assert books.client.invoices.void(invoice_id).status == "voided"


def test_the_client_asks_for_all_three_at_once(books: Books, client: Any) -> None:
    """One answer for each kind; every unset field comes as null."""
    books.customer()
    wallet_id = open_wallet(books, granted_credits="10")["lago_id"]
    answer = client.wallet_transactions.create(
        WalletTransaction(
            wallet_id=wallet_id,
            paid_credits="4",
            granted_credits="3.5",
            voided_credits="2",
            name="Spring",
            metadata=[{"key": "who", "value": "me"}],
        )
    )["wallet_transactions"]
    told = [(one.transaction_type, one.transaction_status, one.status) for one in answer]
    assert told == [
        ("inbound", "purchased", "pending"),
        ("inbound", "granted", "settled"),
        ("outbound", "voided", "settled"),
    ]
    assert [one.amount for one in answer] == ["8.0", "7.0", "4.0"]
    assert [one.credit_amount for one in answer] == ["4.0", "3.5", "2.0"]
    assert {one.name for one in answer} == {"Spring"}
    assert all(one.metadata == [{"key": "who", "value": "me"}] for one in answer)
    assert client.wallets.find(wallet_id).credits_balance == "11.5"
    kept = client.wallet_transactions.find_all(wallet_id)
    assert kept["meta"]["total_count"] == 4
    assert {one.lago_id for one in answer} < {one.lago_id for one in kept["wallet_transactions"]}


def test_a_purchase_as_json_before_and_after_it_is_paid(books: Books) -> None:
    """Its id stays the same when its credits land."""
    books.customer()
    wallet_id = open_wallet(books)["lago_id"]
    (before,) = moved(books, wallet_id, paid_credits="5", purchase_order_number="PO-9")
    assert before == {
        "lago_id": before["lago_id"],
        "lago_wallet_id": wallet_id,
        "lago_invoice_id": before["lago_invoice_id"],
        "lago_credit_note_id": None,
        "lago_voided_invoice_id": None,
        "status": "pending",
        "source": "manual",
        "transaction_status": "purchased",
        "transaction_type": "inbound",
        "amount": "10.0",
        "credit_amount": "5.0",
        "remaining_amount_cents": None,
        "remaining_credit_amount": None,
        "priority": 50,
        "settled_at": None,
        "failed_at": None,
        "created_at": before["created_at"],
        "name": None,
        "metadata": [],
        "invoice_requires_successful_payment": False,
        "purchase_order_number": "PO-9",
        "payment_method": None,
        "applied_invoice_custom_sections": [],
    }
    invoice = books.http("GET", f"/invoices/{before['lago_invoice_id']}").json()["invoice"]
    assert (invoice["invoice_type"], invoice["purchase_order_number"]) == ("credit", "PO-9")
    paid(books, before["lago_invoice_id"])
    (after,) = history(books, wallet_id)
    assert after["settled_at"] is not None
    landed = {"status": "settled", "settled_at": after["settled_at"]}
    left = {"remaining_amount_cents": 1000, "remaining_credit_amount": "5.0"}
    assert after == {**before, **landed, **left}
    one = books.http("GET", f"/wallet_transactions/{before['lago_id']}").json()
    assert one == {"wallet_transaction": after}


def test_what_is_spent_and_given_back(books: Books) -> None:
    """An invoice spends credits of two lots; its void gives them back as granted credits."""
    customer_id = books.customer()
    wallet_id = open_wallet(books, granted_credits="1")["lago_id"]
    (bought,) = moved(books, wallet_id, paid_credits="2")
    paid(books, bought["lago_invoice_id"])
    invoice_id = spent(books, customer_id, 500)
    newest = history(books, wallet_id)[0]
    assert brief(newest) == ("outbound", "invoiced", "settled", "5.0")
    assert newest["lago_invoice_id"] == invoice_id
    voided(books, invoice_id)
    back, *others = history(books, wallet_id)
    assert brief(back) == ("inbound", "granted", "settled", "5.0")
    assert (back["lago_voided_invoice_id"], back["lago_invoice_id"]) == (invoice_id, None)
    assert [brief(one)[1] for one in others] == ["invoiced", "purchased", "granted"]
    wallet = books.client.wallets.find(wallet_id)
    assert (wallet.balance_cents, wallet.consumed_credits) == (600, "0.0")


def test_consumptions_and_fundings_meet(books: Books, client: Any) -> None:
    """An outbound transaction lists its fundings, and an inbound one its consumptions."""
    customer_id = books.customer()
    wallet_id = open_wallet(books, granted_credits="1")["lago_id"]
    (granted,) = history(books, wallet_id)
    (bought,) = moved(books, wallet_id, paid_credits="2")
    paid(books, bought["lago_invoice_id"])
    spent(books, customer_id, 500)
    (out,) = history(books, wallet_id, transaction_type="outbound")
    transactions = client.wallet_transactions
    funded = transactions.fundings(out["lago_id"])["wallet_transaction_fundings"]
    came_from = {one.wallet_transaction.lago_id: one.amount_cents for one in funded}
    assert came_from == {granted["lago_id"]: 200, bought["lago_id"]: 300}
    for one, amount, text in ((granted, 200, "1.0"), (bought, 300, "1.5")):
        (taken,) = transactions.consumptions(one["lago_id"])["wallet_transaction_consumptions"]
        assert (taken.amount_cents, taken.credit_amount) == (amount, text)
        assert taken.wallet_transaction.lago_id == out["lago_id"]
        assert transactions.fundings(one["lago_id"])["wallet_transaction_fundings"] == []
    assert transactions.consumptions(out["lago_id"])["wallet_transaction_consumptions"] == []


def test_a_purchase_that_is_voided_before_it_is_paid_failed(books: Books) -> None:
    books.customer()
    wallet_id = open_wallet(books)["lago_id"]
    (bought,) = moved(books, wallet_id, paid_credits="2")
    voided(books, bought["lago_invoice_id"])
    (failed,) = history(books, wallet_id)
    assert brief(failed) == ("inbound", "purchased", "failed", "4.0")
    assert failed["failed_at"] is not None
    assert books.client.wallets.find(wallet_id).balance_cents == 0


def test_a_purchase_said_to_be_paid_lands(books: Books) -> None:
    """In Lago, marking the invoice as paid lands the credits, once."""
    books.customer()
    wallet_id = open_wallet(books)["lago_id"]
    (bought,) = moved(books, wallet_id, paid_credits="2")
    path = f"/invoices/{bought['lago_invoice_id']}"
    for _ in range(2):
        books.http("PUT", path, json={"invoice": {"payment_status": "succeeded"}})
    (landed,) = history(books, wallet_id)
    assert brief(landed) == ("inbound", "purchased", "settled", "4.0")
    assert books.client.wallets.find(wallet_id).balance_cents == 400


def test_credits_taken_back_expired_or_given_by_a_note(books: Books) -> None:
    """Movements that Lago has no word for are shown as voided or granted."""
    customer_id = books.customer()
    wallet_id = open_wallet(books)["lago_id"]
    (bought,) = moved(books, wallet_id, paid_credits="2")
    paid(books, bought["lago_invoice_id"])
    books.done(
        commands.VoidInvoice(invoice_id=bought["lago_invoice_id"], top_up=TopUpPolicy.REVOKE)
    )
    assert brief(history(books, wallet_id)[0]) == ("outbound", "voided", "settled", "4.0")
    lot_id, soon = new_id(), datetime.now(UTC) + timedelta(milliseconds=1)
    books.done(
        commands.GrantCredits(lot_id=lot_id, wallet_id=wallet_id, amount_minor=70, expires_at=soon),
    )
    assert books.client.wallets.find(wallet_id).balance_cents == 0
    books.done(commands.ExpireCredits(lot_id=lot_id))
    assert brief(history(books, wallet_id)[0]) == ("outbound", "voided", "settled", "0.7")
    invoice_id, note_id = books.invoice(customer_id, line(300)), new_id()
    books.paid(invoice_id, 300)
    books.done(
        commands.VoidInvoice(
            invoice_id=invoice_id,
            credit_minor=300,
            credit_to=CreditTo.WALLET,
            note=VoidNote.REQUESTED,
            note_id=note_id,
            give_back=GiveBack(),
        )
    )
    credited = history(books, wallet_id)[0]
    assert brief(credited) == ("inbound", "granted", "settled", "3.0")
    assert credited["lago_credit_note_id"] == note_id


def test_a_draft_that_sells_credits_is_pending(books: Books) -> None:
    """A purchase whose draft was deleted is not shown."""
    customer_id = books.customer()
    wallet_id = open_wallet(books)["lago_id"]
    sold = NewLine(kind=LineKind.TOP_UP, amount_minor=200, wallet_id=wallet_id)
    draft_id = books.draft(customer_id, sold, kind=InvoiceKind.TOP_UP)
    assert [brief(one) for one in history(books, wallet_id)] == [
        ("inbound", "purchased", "pending", "2.0")
    ]
    books.done(commands.DeleteDraft(invoice_id=draft_id))
    assert history(books, wallet_id) == []


def test_voiding_goes_through_several_lots_as_one(books: Books) -> None:
    """A void takes the credits in the order of spending; the answer is one transaction."""
    books.customer()
    wallet_id = open_wallet(books, granted_credits="1")["lago_id"]
    moved(books, wallet_id, granted_credits="2", priority=9)
    (out,) = moved(books, wallet_id, voided_credits="2.5")
    assert brief(out) == ("outbound", "voided", "settled", "5.0")
    path = f"/wallet_transactions/{out['lago_id']}"
    assert books.http("GET", path).json()["wallet_transaction"] == out
    inbound = history(books, wallet_id, transaction_type="inbound")
    left = [(one["priority"], one["remaining_amount_cents"]) for one in inbound]
    assert left == [(9, 0), (50, 100)]


def test_of_voidings_at_once_only_what_is_there_goes(books: Books) -> None:
    books.customer()
    wallet_id = open_wallet(books, granted_credits="3")["lago_id"]
    body = {"wallet_transaction": {"wallet_id": wallet_id, "voided_credits": "2"}}
    jobs = [partial(books.http, "POST", "/wallet_transactions", json=body)] * 4
    told = [one.json() for one in at_once(jobs) if not isinstance(one, BaseException)]
    refused = [one for one in told if "wallet_transactions" not in one]
    assert len(told) == 4
    assert refused == [invalid(voided_credits=["insufficient_credits"])] * 3
    assert books.client.wallets.find(wallet_id).balance_cents == 200


WRONG: list[tuple[dict[str, Any], dict[str, list[str]]]] = [
    ({"wallet_id": None}, {"wallet_id": ["wallet_not_found"]}),
    ({"wallet_id": "x"}, {"wallet_id": ["wallet_not_found"]}),
    ({"wallet_id": UNKNOWN}, {"wallet_id": ["wallet_not_found"]}),
    ({"paid_credits": "x"}, {"paid_credits": ["invalid_paid_credits", "invalid_amount"]}),
    ({"granted_credits": {}}, {"granted_credits": ["invalid_granted_credits", "invalid_amount"]}),
    ({"voided_credits": "-1"}, {"voided_credits": ["invalid_voided_credits", "invalid_amount"]}),
    ({"voided_credits": "1.01"}, {"voided_credits": ["insufficient_credits"]}),
    ({"granted_credits": "0.001"}, {"granted_credits": ["amount_rounds_to_zero"]}),
    ({"paid_credits": "0.49"}, {"paid_credits": ["amount_below_minimum"]}),
    ({"paid_credits": "5.01"}, {"paid_credits": ["amount_above_maximum"]}),
    ({"granted_credits": "1", "priority": 51}, {"priority": ["value_is_out_of_range"]}),
    ({"paid_credits": "1", "priority": 1}, {"priority": ["not_supported"]}),
    ({"granted_credits": "1", "priority": "x"}, {"priority": ["value_is_invalid"]}),
    ({"granted_credits": "1", "metadata": [{"key": "a"}]}, {"value": ["value_is_mandatory"]}),
    ({"granted_credits": "1", "name": "\0"}, {"name": ["value_is_invalid"]}),
    ({"voided_transaction_id": UNKNOWN}, {"voided_transaction_id": ["not_supported"]}),
    (
        {"paid_credits": "0.1", "voided_credits": "9", "invoice_requires_successful_payment": True},
        {
            "paid_credits": ["amount_below_minimum"],
            "voided_credits": ["insufficient_credits"],
            "invoice_requires_successful_payment": ["not_supported"],
        },
    ),
]


@pytest.mark.parametrize(("change", "details"), WRONG)
def test_what_is_refused(
    shared: Books, limited: str, change: dict[str, Any], details: dict[str, list[str]]
) -> None:
    """The answer lists every error, and nothing is done."""
    body = {"wallet_transaction": {"wallet_id": limited, **change}}
    answer = shared.http("POST", "/wallet_transactions", json=body)
    assert (answer.status_code, answer.json()) == (422, invalid(**details))
    assert len(history(shared, limited)) == 1


@pytest.fixture(scope="module")
def limited(shared: Books) -> str:
    """A wallet with one credit, whose purchases must be from one to ten euros."""
    shared.customer()
    limits: Any = {"paid_top_up_min_amount_cents": 100, "paid_top_up_max_amount_cents": 1000}
    wallet_id: str = open_wallet(shared, granted_credits="1", **limits)["lago_id"]
    return wallet_id


def test_limits_can_be_ignored(books: Books) -> None:
    books.customer()
    wallet_id = open_wallet(books, paid_top_up_min_amount_cents=100)["lago_id"]
    (bought,) = moved(books, wallet_id, paid_credits="0.01", ignore_paid_top_up_limits=True)
    assert brief(bought) == ("inbound", "purchased", "pending", "0.02")


def test_asking_for_nothing_does_nothing(books: Books, client: Any) -> None:
    books.customer()
    wallet_id = open_wallet(books)["lago_id"]
    assert moved(books, wallet_id, paid_credits="0", granted_credits=None) == []
    asked = WalletTransaction(wallet_id=wallet_id)
    assert client.wallet_transactions.create(asked)["wallet_transactions"] == []
    assert history(books, wallet_id) == []


def test_a_terminated_wallet_takes_nothing(books: Books, client: Any) -> None:
    books.customer()
    wallet_id = open_wallet(books, granted_credits="1")["lago_id"]
    client.wallets.destroy(wallet_id)
    for kind in ("paid_credits", "granted_credits", "voided_credits"):
        body = {"wallet_transaction": {"wallet_id": wallet_id, kind: "1"}}
        answer = books.http("POST", "/wallet_transactions", json=body)
        assert answer.json() == invalid(wallet_id=["wallet_is_terminated"])


@pytest.mark.parametrize("body", [None, {}, {"wallet_transaction": None}])
def test_a_body_without_its_root_is_a_bad_request(shared: Books, body: object) -> None:
    answer = shared.http("POST", "/wallet_transactions", json=body)
    assert (answer.status_code, answer.json()["status"]) == (400, 400)


def test_filters_of_the_history(books: Books) -> None:
    books.customer()
    wallet_id = open_wallet(books, granted_credits="5")["lago_id"]
    said = [{"key": "who", "value": "me"}]
    moved(books, wallet_id, paid_credits="1", granted_credits="2", metadata=said)
    moved(books, wallet_id, voided_credits="1")

    def amounts(**params: object) -> list[str]:
        return [one["credit_amount"] for one in history(books, wallet_id, **params)]

    assert amounts() == ["1.0", "2.0", "1.0", "5.0"]
    assert amounts(status="pending") == ["1.0"]
    assert amounts(transaction_type="outbound") == ["1.0"]
    assert amounts(transaction_status="granted") == ["2.0", "5.0"]
    assert amounts(transaction_status="granted", transaction_type="outbound") == []
    assert amounts(transaction_status="nonsense") == []
    assert amounts(**{"metadata[who]": "me"}) == ["2.0", "1.0"]
    assert amounts(**{"metadata[who]": "you"}) == []
    assert amounts(**{"metadata[who]": ""}) == ["1.0", "5.0"]
    assert amounts(per_page=1, page=2) == ["2.0"]


@pytest.mark.parametrize(
    ("method", "sub"),
    [("GET", ""), ("POST", "/payment_url"), ("GET", "/consumptions"), ("GET", "/fundings")],
)
def test_what_is_not_there_is_not_found(shared: Books, limited: str, method: str, sub: str) -> None:
    """Also for another tenant that has the right id."""
    own = history(shared, limited)[0]["lago_id"]
    stranger = Books(shared.database, shared.url)
    for books, one in ((shared, UNKNOWN), (shared, "x"), (shared, limited), (stranger, own)):
        answer = books.http(method, f"/wallet_transactions/{one}{sub}")
        assert answer.json() == error(404, "wallet_transaction_not_found")
    asked = {"wallet_transaction": {"wallet_id": limited, "granted_credits": "1"}}
    answer = stranger.http("POST", "/wallet_transactions", json=asked)
    assert answer.json() == invalid(wallet_id=["wallet_not_found"])


def test_no_provider_is_there_to_pay_by(books: Books) -> None:
    books.customer()
    (bought,) = moved(books, open_wallet(books)["lago_id"], paid_credits="1")
    answer = books.http("POST", f"/wallet_transactions/{bought['lago_id']}/payment_url")
    assert answer.json() == invalid(base=["no_linked_payment_provider"])
