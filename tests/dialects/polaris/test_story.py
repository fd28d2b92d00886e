"""One invoice from its customer to its void, over `/api/admin`; `make test-quick` too."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from cli.terminal import Serving
from dialects.polaris.admin import Admin
from faults.world import opened
from polaris.engine import new_id


@pytest.fixture
def admin(database_url: str, serving: Serving) -> Iterator[Admin]:
    """A fresh tenant, and its admin API on the shared server."""
    with opened(database_url) as database:
        yield Admin(database, serving.url)


def test_a_paid_invoice_is_voided_and_its_money_settles_another(admin: Admin) -> None:
    customer, first, second = admin.customer(), new_id(), new_id()
    admin.issue(first, customer)
    admin.issue(second, customer)
    payment = new_id()
    admin.done(
        "ReceivePayment",
        payment_id=payment,
        currency="EUR",
        amount_minor=1000,
        apply_to={first: 1000},
    )
    voided = admin.done("VoidInvoice", invoice_id=first)
    assert "invoice.voided" in [event["kind"] for event in voided["events"]]
    admin.done("RemovePayment", payment_id=payment, invoice_id=first)
    applied = admin.done("ApplyPayment", payment_id=payment, invoice_id=second)
    settled = [one["after"] for one in applied["events"] if one["kind"] == "invoice.settled"]
    assert [(row["id"], row["outstanding_minor"]) for row in settled] == [(second, 0)]


def test_a_preview_writes_nothing(admin: Admin) -> None:
    invoice_id = new_id()
    admin.issue(invoice_id, admin.customer())
    void = {"command": "VoidInvoice", "invoice_id": invoice_id}
    previewed = admin.post("/commands/preview", void)
    assert previewed.json()["rows"]["invoice"][0]["status"] == "voided"
    assert admin.post("/commands", void).status_code == 200


def test_a_refusal_has_every_reason_and_the_way_out(admin: Admin) -> None:
    invoice_id = new_id()
    admin.issue(invoice_id, admin.customer())
    answer = admin.refused("VoidInvoice", 422, invoice_id=invoice_id, refund_minor=1)
    [refusal] = answer["refusals"]
    assert refusal["code"] == answer["error"]["code"] == "refund_exceeds_cash"
    assert refusal["details"]["limit_minor"] == 0
    assert refusal["message"].endswith("(0 minor units).")
    assert refusal["instead"]
    admin.done("VoidInvoice", invoice_id=invoice_id)
    again = admin.refused("VoidInvoice", 409, invoice_id=invoice_id)
    assert again["error"]["code"] == "already_voided"
    assert admin.refused("VoidInvoice", 404, invoice_id=new_id())["error"]["code"] == "not_found"
    assert admin.refused("ReopenBooks", 403)["error"]["code"] == "administrator_required"


def test_a_possible_double_return_is_a_warning(admin: Admin) -> None:
    invoice_id = new_id()
    admin.issue(invoice_id, admin.customer())
    admin.done(
        "ReceivePayment",
        payment_id=new_id(),
        currency="EUR",
        amount_minor=1000,
        apply_to={invoice_id: 1000},
    )
    assert admin.done("VoidInvoice", invoice_id=invoice_id, refund_minor=1000)["warnings"] == []
    [warning] = admin.done("LoseDispute", invoice_id=invoice_id)["warnings"]
    assert "was also refunded" in warning
    [task] = admin.get("/tasks").json()["tasks"]
    assert (task["kind"], task["subject_id"]) == ("double_return", invoice_id)
    assert (task["amount_minor"], task["currency"]) == (1000, "EUR")
    admin.done("ResolveTask", task_id=task["id"], resolution="The bank took the chargeback back.")
    assert admin.get("/tasks").json() == {"tasks": [], "next": None}
    [resolved] = admin.get("/tasks?status=resolved").json()["tasks"]
    assert resolved["resolution"] == "The bank took the chargeback back."
    again = admin.refused("ResolveTask", 409, task_id=task["id"], resolution="Again.")
    assert again["error"]["code"] == "task_resolved"


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ("limit=0", 422, "`limit`"),
        ("limit=many", 422, "`limit`"),
        ("status=some", 422, "`status`"),
        ("after=nothing", 404, "`after`"),
    ],
)
def test_a_bad_query_is_refused_and_named(admin: Admin, query: str, status: int, word: str) -> None:
    answer = admin.get(f"/tasks?{query}")
    assert (answer.status_code, word in answer.json()["error"]["message"]) == (status, True)


def test_the_books_are_closed_without_waiting_for_others(admin: Admin) -> None:
    closed = admin.done("CloseBooks", through="2020-01-31")
    assert [event["kind"] for event in closed["events"]] == ["books.closed"]
    assert "writers_left" not in closed
    again = admin.refused("CloseBooks", 409, through="2020-01-31")
    assert again["error"]["code"] == "books_already_closed"


UNREADABLE = [
    ("{", "cannot be read"),
    ("[]", "cannot be read"),
    ('{"command": "Nothing"}', "Invalid value 'Nothing'"),
    ('{"invoice_id": "x"}', "missing required field `command`"),
    ('{"command": "VoidInvoice"}', "missing required field `invoice_id`"),
    ('{"command": "VoidInvoice", "invoice_id": "x", "refund_minor": "12"}', "$.refund_minor"),
    ('{"command": "VoidInvoice", "invoice_id": "x", "refund_minor": 1.5}', "$.refund_minor"),
    ('{"command": "VoidInvoice", "invoice_id": "x", "refund": 1}', "no field `refund`"),
    (
        '{"command": "EditDraft", "invoice_id": "x", "lines": [{}, {"amount": 5}]}',
        "no field `lines[1].amount`",
    ),
    (
        '{"command": "FinalizeInvoice", "invoice_id": "x", "apply": {"note": true}}',
        "no field `apply.note`",
    ),
]


@pytest.mark.parametrize(("body", "reason"), UNREADABLE, ids=[row[0] for row in UNREADABLE])
def test_a_body_that_is_no_command_is_refused_and_says_why(
    admin: Admin, body: str, reason: str
) -> None:
    answer = admin.send("/commands", body.encode())
    assert answer.status_code == (400 if body == "{" else 422)
    assert reason.lower() in answer.json()["error"]["message"].lower()


def test_a_repeated_key_gets_the_first_answer(admin: Admin) -> None:
    customer_id = new_id()
    command = {"command": "SaveCustomer", "customer_id": customer_id, "external_id": "ada"}
    first, again = (admin.post("/commands", command, key="k1") for _ in range(2))
    assert first.content == again.content
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (
        None,
        "true",
    )
    other = admin.post("/commands", {**command, "external_id": "bob"}, key="k1")
    assert (other.status_code, other.json()["error"]["code"]) == (409, "key_reused")


def test_only_a_key_with_the_scope_is_let_in(admin: Admin) -> None:
    command: dict[str, Any] = {"command": "SaveCustomer", "customer_id": new_id()}
    bare = httpx.post(f"{admin.url}/commands", json=command)
    assert (bare.status_code, bare.json()["error"]["code"]) == (401, "unauthorized")
    reader = httpx.post(
        f"{admin.url}/commands", json=command, headers={"Authorization": f"Bearer {admin.reader}"}
    )
    assert reader.status_code == 403
    assert httpx.get(f"{admin.url}/nothing").json()["error"]["code"] == "not_found"
