"""Refunds over the admin API: the list of what is owed, and each refund with its calls."""

from collections.abc import Iterator

import pytest

from cli.terminal import Serving
from dialects.polaris.admin import Admin
from faults.world import opened
from polaris.engine import new_id


@pytest.fixture(scope="module")
def admin(database_url: str, serving: Serving) -> Iterator[Admin]:
    with opened(database_url) as database:
        yield Admin(database, serving.url)


def requested(admin: Admin, amount_minor: int) -> str:
    """Request a refund of unused money. Return its id."""
    payment_id, refund_id = new_id(), new_id()
    admin.done(
        "ReceivePayment",
        payment_id=payment_id,
        customer_id=admin.customer(),
        currency="EUR",
        amount_minor=5000,
        provider="stripe",
        reference="pi_1",
    )
    admin.done(
        "RequestRefund", refund_id=refund_id, payment_id=payment_id, amount_minor=amount_minor
    )
    return refund_id


def test_refunds_are_listed_shown_and_settled(admin: Admin) -> None:
    first, second = requested(admin, 100), requested(admin, 200)
    page = admin.get("/refunds?state=requested&per_page=1").json()
    assert [row["id"] for row in page["refunds"]] == [second]
    following = admin.get(f"/refunds?state=requested&per_page=1&after={page['next']}").json()
    assert ([row["id"] for row in following["refunds"]], following["next"]) == ([first], None)
    row = following["refunds"][0]
    assert (row["amount_minor"], row["provider"]) == (100, "stripe")
    assert row["payment_reference"] == "pi_1"
    admin.done("UpdateRefund", refund_id=first, state="settled", reference="bank 7")
    shown = admin.get(f"/refund/{first}").json()
    assert (shown["state"], shown["reference"], shown["attempts"]) == ("settled", "bank 7", [])
    left = admin.get("/refunds?state=requested&state=failed").json()
    assert [row["id"] for row in left["refunds"]] == [second]
    assert admin.get("/refunds?provider=manual").json() == {"refunds": [], "next": None}
    mine = admin.get(f"/refunds?customer_id={row['customer_id']}").json()
    assert [one["id"] for one in mine["refunds"]] == [first]


def test_money_that_can_be_refunded_is_listed(admin: Admin) -> None:
    requested(admin, 100)
    row = admin.get("/available-money").json()["available_money"][0]
    assert (row["amount_minor"], row["invoice_id"], row["currency"]) == (4900, None, "EUR")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/refunds?state=lost", 422),
        ("/refunds?per_page=0", 422),
        ("/refunds?after=nothing", 422),
        ("/refunds?customer_id=nobody", 404),
        ("/refund/nothing", 404),
        ("/refund/00000000-0000-7000-8000-000000000000", 404),
        ("/available-money?after=nothing", 422),
    ],
)
def test_a_bad_query_is_refused(admin: Admin, path: str, status: int) -> None:
    answer = admin.get(path)
    assert answer.status_code == status
    assert answer.json()["error"]
