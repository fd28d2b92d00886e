"""Each route of the console: who may open it, and that nobody reaches another tenant's rows.

These tests ask the server directly; no browser is needed to see what it answers.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import httpx
import pytest
from starlette.routing import Route

from console.world import FOREIGNER, PASSWORD, Console, Tenant, email
from polaris.console.app import ROUTES
from polaris.engine import new_id
from polaris.operators.roles import Role

OPEN = ("/sign-in", "/set-password")
"""Paths that start so are for people who are not signed in."""

NEEDS_OPERATOR = {
    "GET /billing/invoices/{invoice}/finalize",
    "POST /billing/invoices/{invoice}/finalize",
    "GET /billing/invoices/{invoice}/delete",
    "POST /billing/invoices/{invoice}/delete",
    "GET /billing/invoices/{invoice}/void",
    "POST /billing/invoices/{invoice}/void",
    "POST /billing/invoices/{invoice}/void/preview",
    "GET /billing/credit-notes/{note}/void",
    "POST /billing/credit-notes/{note}/void",
    "POST /tasks/{task}/resolve",
    *(
        f"{method} /billing/refunds/{{refund}}/{verb}"
        for method in ("GET", "POST")
        for verb in ("settle", "fail", "convert")
    ),
    "POST /developers/deliveries/{delivery}/redeliver",
    "POST /developers/webhooks/{endpoint}/again/failed",
    "POST /developers/webhooks/{endpoint}/again/range",
}
NEEDS_ADMIN = {
    "GET /developers/webhooks/new",
    "POST /developers/webhooks",
    *(
        f"{method} /developers/webhooks/{{endpoint}}/{verb}"
        for method in ("GET", "POST")
        for verb in ("edit", "rotate", "delete")
    ),
    *(f"POST /developers/webhooks/{{endpoint}}/{verb}" for verb in ("pause", "resume", "test")),
    "GET /operators",
    "POST /operators",
    "POST /operators/{operator}/role",
    "POST /operators/{operator}/withdraw",
    "POST /operators/{operator}/disable",
    "POST /operators/{operator}/enable",
    "POST /operators/{operator}/reset",
    "POST /ledger/periods/close",
    "POST /ledger/periods/reopen",
    "POST /settings",
    "GET /developers/keys/new",
    "POST /developers/keys",
    "GET /developers/keys/{key}/revoke",
    "POST /developers/keys/{key}/revoke",
}
"""What a viewer may not do, and what an operator may not do. All other routes are for everybody
who is signed in: they read, or concern the own account."""

FORMS_OF_A_VIEWER = {
    "POST /sign-out",
    "POST /account/password",
    "POST /account/second-factor",
    "POST /account/second-factor/on",
    "POST /account/second-factor/off",
    "POST /account/recovery-codes",
    "POST /account/sessions/{session}/revoke",
    "POST /account/sign-out-everywhere",
    "POST /account/tenant",
    "POST /account/theme",
    "POST /billing/invoices/columns",
    "POST /billing/views",
    "POST /billing/views/{view}",
    "POST /audit/verify",
    "POST /ledger/proofs/run",
}
"""The only forms that a viewer may send: of the own account and list, and proofs, which change
nothing."""

WITHOUT_TRACE = {"POST /account/sessions/{session}/revoke"}
"""Forms that answer in the same way for what does not exist, and change nothing."""


def routes() -> dict[str, Route]:
    """Return the routes that need a session, by method and path."""
    inside = [route for route in ROUTES if not route.path.startswith(OPEN)]
    return {f"{min((route.methods or set()) - {'HEAD'})} {route.path}": route for route in inside}


WALKED = routes()


def needed(name: str) -> Role:
    """Return the role that a route needs."""
    if name in NEEDS_ADMIN:
        return Role.ADMIN
    return Role.OPERATOR if name in NEEDS_OPERATOR else Role.VIEWER


class Client:
    """A program that has signed in with the form of the console."""

    def __init__(self, url: str, address: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=60)
        entered = self.http.post("/sign-in", data={"email": address, "password": PASSWORD})
        assert entered.status_code == 303, entered.text
        page = self.http.get("/account").text
        (self.csrf, *_) = re.findall(r'name="csrf" value="([^"]+)"', page)

    def status(self, name: str, path: str, csrf: bool = True) -> int:
        """Return the status of an answer. A form is sent with its token, unless `csrf` is False."""
        if name.startswith("GET"):
            return self.http.get(path).status_code
        fields = {"role": "viewer"} | ({"csrf": self.csrf} if csrf else {})
        return self.http.post(path, data=fields).status_code


@pytest.fixture(scope="module")
def client(console: Console) -> Iterator[Callable[[str], Client]]:
    """Sign in once for each e-mail."""
    with ExitStack() as stack:

        @cache
        def signed_in(address: str) -> Client:
            client = Client(console.url, address)
            stack.callback(client.http.close)
            return client

        yield signed_in


def ids_of(tenant: Tenant) -> dict[str, str]:
    """Return one id of each kind of row of a tenant, by the name of a route's parameter."""
    bill = tenant.paid("Marlin Optics")
    request_id = "select command_id from audit where subject_id = %(id)s"
    endpoint_id = tenant.new_endpoint("http://127.0.0.1:9/", "Nobody", "tenant.saved")
    operator = "select operator_id from operator_role where role is not null"
    return {
        "invoice": bill.id,
        "customer": bill.customer_id,
        "request": str(tenant.scalar(request_id, id=bill.id)),
        "note": str(tenant.scalar("select id from credit_note where id is not null")),
        "operator": str(tenant.scalar(operator)),
        "key": tenant.new_key("test"),
        "endpoint": endpoint_id,
        "delivery": tenant.sample(endpoint_id),
        "refund": str(tenant.scalar("select id from refund where state = 'requested'")),
        "account:path": "ACCOUNTS_RECEIVABLE",
    }


@pytest.fixture(scope="module")
def own(console: Console) -> dict[str, str]:
    return ids_of(console.tenant)


@pytest.fixture(scope="module")
def foreign(console: Console) -> dict[str, str]:
    return ids_of(console.foreign)


def filled(path: str, ids: dict[str, str]) -> str:
    """Return the path of a route with ids in the place of its parameters."""
    named = path.replace("/invoices/{id}", "/invoices/{invoice}")
    named = named.replace("/credit-notes/{id}", "/credit-notes/{note}")
    return re.sub(r"{([\w:]+)}", lambda found: ids.get(found[1], new_id()), named)


def test_the_table_names_only_routes() -> None:
    """A route that was renamed must not lose its line."""
    assert (NEEDS_OPERATOR | NEEDS_ADMIN | FORMS_OF_A_VIEWER) - WALKED.keys() == set()


def test_a_viewer_can_send_no_form_that_changes_the_books() -> None:
    forms = {name for name in WALKED if name.startswith("POST")}
    assert forms - NEEDS_OPERATOR - NEEDS_ADMIN == FORMS_OF_A_VIEWER


@pytest.mark.parametrize("name", WALKED)
def test_a_stranger_is_sent_to_the_sign_in(
    name: str, console: Console, own: dict[str, str]
) -> None:
    path = filled(WALKED[name].path, own)
    answer = httpx.request(name.partition(" ")[0], console.url + path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("name", WALKED)
def test_a_lower_role_is_refused(
    name: str, client: Callable[[str], Client], own: dict[str, str]
) -> None:
    lower = [role for role in Role if not role.includes(needed(name))]
    path = filled(WALKED[name].path, own)
    assert [client(email(role)).status(name, path) for role in lower] == [403] * len(lower)


@pytest.mark.parametrize("name", [name for name in WALKED if name.startswith("GET")])
def test_the_role_that_a_page_needs_can_open_it(
    name: str, client: Callable[[str], Client], own: dict[str, str]
) -> None:
    path = filled(WALKED[name].path, own)
    assert client(email(needed(name))).status(name, path) in (200, 286)


@pytest.mark.parametrize("name", [name for name in WALKED if name.startswith("POST")])
def test_a_form_without_the_token_of_the_session_is_refused(
    name: str, client: Callable[[str], Client], own: dict[str, str]
) -> None:
    path = filled(WALKED[name].path, own)
    assert client(email(Role.ADMIN)).status(name, path, csrf=False) == 403


# An account has the same name in all tenants, so it is no row of one.
@pytest.mark.parametrize("name", [name for name in WALKED if re.search(r"{\w+}", name)])
def test_the_rows_of_another_tenant_do_not_exist(
    name: str, client: Callable[[str], Client], foreign: dict[str, str], console: Console
) -> None:
    """Not even an administrator can see or change them, and the answer does not say that they
    exist."""
    path = filled(WALKED[name].path, foreign)
    lines = "select count(*) from audit where outcome is not null"
    before = console.foreign.scalar(lines)
    status = client(email(Role.ADMIN)).status(name, path)
    assert status == (303 if name in WITHOUT_TRACE else 404)
    assert console.foreign.scalar(lines) == before


def test_each_tenant_sees_its_own_rows(
    client: Callable[[str], Client], own: dict[str, str], foreign: dict[str, str]
) -> None:
    """The proof above means something only if the ids are right."""
    name = "GET /billing/invoices/{invoice}"
    for address, ids in ((email(Role.VIEWER), own), (FOREIGNER, foreign)):
        assert client(address).status(name, filled(WALKED[name].path, ids)) == 200
