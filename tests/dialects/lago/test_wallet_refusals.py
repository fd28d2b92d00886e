"""Every refusal of a wallet; nothing is opened or changed."""

from collections.abc import Callable
from typing import Any

import pytest
from lago_python_client.exceptions import LagoApiError

from dialects.lago.books import Books
from dialects.lago.said import error, invalid
from dialects.lago.wallet import Wallet, open_wallet, wallet_input
from polaris.engine import new_id

UNKNOWN = "01890000-0000-7000-8000-000000000000"
RANGE, BAD = ["value_is_out_of_range"], ["value_is_invalid"]
NOT_SUPPORTED = ["not_supported"]


@pytest.mark.parametrize(
    ("change", "details"),
    [
        ({"external_customer_id": None}, {"customer": ["customer_not_found"]}),
        ({"external_customer_id": "nobody"}, {"customer": ["customer_not_found"]}),
        (
            {"external_customer_id": "nobody", "rate_amount": None, "paid_credits": "x"},
            {"customer": ["customer_not_found"], "rate_amount": ["value_is_mandatory"]},
        ),
        ({"rate_amount": "0"}, {"rate_amount": RANGE}),
        ({"rate_amount": "-1"}, {"rate_amount": RANGE}),
        ({"rate_amount": "two"}, {"rate_amount": BAD}),
        ({"rate_amount": "1e400000"}, {"rate_amount": BAD}),
        ({"rate_amount": True}, {"rate_amount": BAD}),
        ({"currency": "XXX"}, {"currency": BAD}),
        ({"priority": 0}, {"priority": RANGE}),
        ({"priority": 51}, {"priority": RANGE}),
        ({"priority": 10**30}, {"priority": RANGE}),
        ({"priority": "high"}, {"priority": BAD}),
        ({"name": "a\0"}, {"name": BAD}),
        ({"name": "a" * 501}, {"name": ["value_is_too_long"]}),
        ({"expiration_at": "soon"}, {"expiration_at": ["invalid_date"]}),
        ({"expiration_at": "2020-01-01"}, {"expiration_at": ["invalid_date"]}),
        ({"expiration_at": "9999-01-01"}, {"expiration_at": ["invalid_date"]}),
        ({"paid_credits": "x"}, {"paid_credits": ["invalid_paid_credits", "invalid_amount"]}),
        ({"paid_credits": ""}, {"paid_credits": ["invalid_paid_credits", "invalid_amount"]}),
        ({"paid_credits": "-1"}, {"paid_credits": ["invalid_paid_credits", "invalid_amount"]}),
        (
            {"paid_credits": "9" * 18, "granted_credits": [1]},
            {
                "paid_credits": ["invalid_paid_credits", "invalid_amount"],
                "granted_credits": ["invalid_granted_credits", "invalid_amount"],
            },
        ),
        ({"granted_credits": "0.00249"}, {"granted_credits": ["amount_rounds_to_zero"]}),
        ({"paid_credits": "0.000009"}, {"paid_credits": ["amount_rounds_to_zero"]}),
        ({"paid_top_up_min_amount_cents": 0}, {"paid_top_up_min_amount_cents": RANGE}),
        ({"paid_top_up_max_amount_cents": "1"}, {"paid_top_up_max_amount_cents": BAD}),
        (
            {"paid_top_up_min_amount_cents": 2, "paid_top_up_max_amount_cents": 1},
            {"paid_top_up_max_amount_cents": RANGE},
        ),
        (
            {"paid_top_up_min_amount_cents": 201, "paid_credits": "1"},
            {"paid_credits": ["amount_below_minimum"]},
        ),
        (
            {"paid_top_up_max_amount_cents": 199, "paid_credits": "1"},
            {"paid_credits": ["amount_above_maximum"]},
        ),
        (
            {"recurring_transaction_rules": [{"trigger": "interval"}]},
            {"recurring_transaction_rules": NOT_SUPPORTED},
        ),
        ({"applies_to": {"fee_types": ["charge"]}}, {"applies_to": NOT_SUPPORTED}),
        (
            {"invoice_requires_successful_payment": True},
            {"invoice_requires_successful_payment": NOT_SUPPORTED},
        ),
        ({"payment_method": {"payment_method_id": "x"}}, {"payment_method": NOT_SUPPORTED}),
        ({"metadata": {"a": 1}}, {"a": BAD}),
    ],
)
def test_what_is_refused(
    shared: Books, customer: str, change: dict[str, Any], details: dict[str, list[str]]
) -> None:
    """The answer lists every error, and no wallet is opened."""
    answer = shared.http("POST", "/wallets", json=wallet_input(customer, **change))
    assert (answer.status_code, answer.json()) == (422, invalid(**details))
    left = shared.http("GET", "/wallets", params={"external_customer_id": customer})
    assert left.json()["meta"]["total_count"] == 0


@pytest.fixture(scope="module")
def customer(shared: Books) -> str:
    """A customer without a wallet."""
    shared.customer("without")
    return "without"


@pytest.mark.parametrize("body", [None, {}, {"wallet": None}, {"wallet": []}])
def test_a_body_without_its_root_is_a_bad_request(shared: Books, body: object) -> None:
    for method, path in (("POST", "/wallets"), ("PUT", f"/wallets/{UNKNOWN}")):
        answer = shared.http(method, path, json=body)
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("BadRequest: ")


@pytest.mark.parametrize(
    ("change", "details"),
    [
        ({"priority": 99}, {"priority": RANGE}),
        ({"expiration_at": "2020-01-01"}, {"expiration_at": ["invalid_date"]}),
        ({"code": "other"}, {"code": NOT_SUPPORTED}),
        ({"applies_to": {"billable_metric_codes": ["x"]}}, {"applies_to": NOT_SUPPORTED}),
        ({"paid_top_up_min_amount_cents": 11}, {"paid_top_up_max_amount_cents": RANGE}),
    ],
)
def test_what_cannot_be_changed(
    shared: Books, change: dict[str, Any], details: dict[str, list[str]]
) -> None:
    shared.customer(owner := new_id())
    before = open_wallet(shared, owner, code="main", paid_top_up_max_amount_cents=10)
    path = f"/wallets/{before['lago_id']}"
    answer = shared.http("PUT", path, json={"wallet": change})
    assert (answer.status_code, answer.json()) == (422, invalid(**details))
    assert shared.http("GET", path).json()["wallet"] == before


CALLS: list[Callable[[Books, str], Any]] = [
    lambda books, one: books.http("GET", f"/wallets/{one}"),
    lambda books, one: books.http("PUT", f"/wallets/{one}", json={"wallet": {"name": "x"}}),
    lambda books, one: books.http("DELETE", f"/wallets/{one}"),
    lambda books, one: books.http("POST", f"/wallets/{one}/metadata", json={"metadata": {}}),
    lambda books, one: books.http("GET", f"/wallets/{one}/wallet_transactions"),
]


@pytest.mark.parametrize("call", CALLS)
def test_an_unknown_wallet_is_not_found(shared: Books, call: Callable[[Books, str], Any]) -> None:
    for one in (UNKNOWN, "x", new_id().upper()):
        assert call(shared, one).json() == error(404, "wallet_not_found")


def test_another_tenants_wallet_does_not_exist(books: Books, client: Any) -> None:
    books.customer()
    wallet = open_wallet(books, granted_credits="1")
    stranger = Books(books.database, books.url)
    for call in CALLS:
        told = call(stranger, wallet["lago_id"]).json()
        assert told == error(404, "wallet_not_found")
    with pytest.raises(LagoApiError) as caught:
        stranger.client.wallets.create(Wallet(external_customer_id="cust_1", rate_amount="1"))
    assert caught.value.response == invalid(customer=["customer_not_found"])
    assert client.wallets.find(wallet["lago_id"]).status == "active"


def test_another_issuer_is_not_found(books: Books) -> None:
    books.customer()
    answer = books.http("POST", "/wallets", json=wallet_input(billing_entity_code="else"))
    assert answer.json() == error(404, "billing_entity_not_found")
    assert open_wallet(books, billing_entity_code="faults")["billing_entity_code"] == "faults"
