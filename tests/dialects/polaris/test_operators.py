"""Signed-in operators use the admin API by the cookie of the console, as far as their role goes."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from cli.terminal import Serving
from faults.world import customers, drafts, invoices, opened
from operators.staff import Staff
from polaris.engine import Engine
from polaris.operators.operator import Operator
from polaris.operators.roles import Role
from polaris.operators.sessions import COOKIE, CSRF_HEADER
from polaris.operators.tokens import csrf_token
from polaris.store.server.database import Database


class Console(NamedTuple):
    """A tenant with operators, and the admin API."""

    staff: Staff
    engine: Engine
    url: str

    def send(
        self, method: str, path: str, operator: Operator, body: Any = None, genuine: bool = True
    ) -> httpx.Response:
        """Send a request with the cookie of a new session; a genuine one has the CSRF token."""
        token = self.staff.token(operator)
        csrf = csrf_token(token, self.staff.tenant_id) if genuine else "other"
        with httpx.Client(cookies={COOKIE: token}) as client:
            answer: httpx.Response = client.request(
                method, f"{self.url}{path}", json=body, headers={CSRF_HEADER: csrf}
            )
            return answer

    def draft(self) -> str:
        """Create a draft of 1,200. Return its id."""
        of = customers(self.engine, self.staff.tenant_id, 1)
        return drafts(self.engine, self.staff.tenant_id, of, 1)[0]

    def invoice(self) -> str:
        """Create an invoice of 1,200. Return its id."""
        of = customers(self.engine, self.staff.tenant_id, 1)
        return invoices(self.engine, self.staff.tenant_id, of, 1)[0]


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture
def console(database: Database, serving: Serving) -> Console:
    url = f"{serving.url.rstrip('/')}/api/admin"
    return Console(Staff(database), Engine(database, connections=1), url)


def test_an_operator_finalizes_and_the_audit_log_has_the_name(console: Console) -> None:
    operator, invoice_id = console.staff.hire(), console.draft()
    done = console.send("POST", f"/invoice/{invoice_id}/finalize", operator, {})
    assert (done.status_code, done.json()["status"]) == (200, "finalized")
    seen = console.send("GET", f"/audit?subject_id={invoice_id}", operator).json()["requests"]
    assert (seen[0]["actor"], seen[0]["command"]) == (operator.actor, "FinalizeInvoice")


def test_a_request_without_the_csrf_token_changes_nothing(console: Console) -> None:
    operator, invoice_id = console.staff.hire(), console.draft()
    path = f"/invoice/{invoice_id}/finalize"
    forged = console.send("POST", path, operator, {}, genuine=False)
    assert (forged.status_code, forged.json()) == (401, {"error": "Unauthorized"})
    seen = console.send("GET", f"/invoice/{invoice_id}", operator, genuine=False)
    assert seen.json()["status"] == "draft"


def test_a_viewer_reads_but_changes_nothing(console: Console) -> None:
    viewer, invoice_id = console.staff.hire(Role.VIEWER), console.invoice()
    refused = console.send("POST", f"/invoice/{invoice_id}/void", viewer, {})
    assert (refused.status_code, refused.json()) == (403, {"error": "Forbidden"})
    answers = console.send("GET", f"/invoice/{invoice_id}/explain", viewer).json()["commands"]
    assert not [one for one in answers if one["allowed"] or one["permitted"]]


@pytest.mark.parametrize(
    ("role", "status"), [(Role.VIEWER, 403), (Role.OPERATOR, 403), (Role.ADMIN, 200)]
)
def test_settings_the_books_and_operators_need_an_administrator(
    console: Console, role: Role, status: int
) -> None:
    operator = console.staff.hire(role)
    close = {"command": "CloseBooks", "through": "2020-01-31"}
    answers = [
        console.send("PUT", "/settings", operator, {"payment_term_days": 5}),
        console.send("POST", "/commands", operator, close),
        console.send("GET", "/operators", operator),
    ]
    assert [answer.status_code for answer in answers] == [status] * 3


def test_operators_are_listed_without_their_passwords(console: Console) -> None:
    admin, viewer = console.staff.hire(Role.ADMIN), console.staff.hire(Role.VIEWER)
    listed = console.send("GET", "/operators", admin).json()["operators"]
    assert {one["email"]: one["role"] for one in listed} == {
        admin.email: "admin",
        viewer.email: "viewer",
    }
    assert not [one for one in listed if "password_hash" in one]


def test_an_administrator_reopens_the_books(console: Console) -> None:
    """An API key never may; see the story."""
    admin = console.staff.hire(Role.ADMIN)
    close = {"command": "CloseBooks", "through": "2020-01-31"}
    assert console.send("POST", "/commands", admin, close).status_code == 200
    reopened = console.send("POST", "/commands", admin, {"command": "ReopenBooks"})
    assert reopened.status_code == 200


def test_invoices_are_listed_page_by_page(console: Console) -> None:
    operator = console.staff.hire(Role.VIEWER)
    ids = {console.invoice() for _ in range(3)}
    draft = console.draft()
    seen: list[str] = []
    after = ""
    while True:
        path = f"/invoices?status=finalized&order=number&ascending=true&per_page=2{after}"
        page = console.send("GET", path, operator).json()
        seen += [one["number"] for one in page["invoices"]]
        assert {one["id"] for one in page["invoices"]} <= ids
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == ["INV-000001", "INV-000002", "INV-000003"]
    assert {(one["status"], one["invoices"], one["total_minor"]) for one in page["sums"]} >= {
        ("draft", 1, 1200)
    }
    [found] = console.send("GET", "/invoices?status=draft", operator).json()["invoices"]
    assert (found["id"], found["ui_status"], found["number"]) == (draft, "draft", None)


def test_a_place_of_another_order_is_refused(console: Console) -> None:
    operator = console.staff.hire()
    for _ in range(2):
        console.invoice()
    place = console.send("GET", "/invoices?order=number&per_page=1", operator).json()["next"]
    refused = console.send("GET", f"/invoices?order=due_date&after={place}", operator)
    assert (refused.status_code, "`after`" in refused.json()["error"]["message"]) == (422, True)


@pytest.mark.parametrize("after", ["x", "e30=", "WyJhIiwiYiJd", "W10="])
def test_a_place_that_no_page_has_given_is_refused(console: Console, after: str) -> None:
    refused = console.send("GET", f"/invoices?after={after}", console.staff.hire())
    assert refused.status_code == 422
    assert "`after`" in refused.json()["error"]["message"]
