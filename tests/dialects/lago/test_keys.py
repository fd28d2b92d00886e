"""API keys: which are accepted, for which routes, and for how long."""

import time
from typing import Any

import httpx
import pytest
from lago_python_client import Client
from lago_python_client.exceptions import LagoApiError

from cli.terminal import polaris
from dialects.lago.books import Books
from dialects.lago.routes import ROUTES, Route, body_of
from polaris.engine import new_id
from polaris.keys import ApiKey, KeyScope

UNAUTHORIZED = {"status": 401, "error": "Unauthorized"}
SOMETHING = new_id()
IDS = dict.fromkeys(("external_id", "add_on", "tax", "invoice", "fee", "wallet"), SOMETHING)
RESOURCES = {
    "invoice",
    "credit_note",
    "payment",
    "wallet",
    "wallet_transaction",
    "customer",
    "add_on",
    "tax",
    "webhook_endpoint",
    "webhook_jwt_public_key",
    "organization",
}


def call_route(books: Books, route: Route, key: str | None) -> httpx.Response:
    """Call the route with well-formed ids of nothing."""
    (path,) = route.paths({name: [SOMETHING] for name in route.parameters})
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    with httpx.Client(verify=False, headers=headers, timeout=30) as client:
        url = f"{books.url}/api/v1{path}"
        return client.request(route.method, url, json=body_of(route, IDS))


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_no_route_without_a_key(shared: Books, route: Route) -> None:
    answer = call_route(shared, route, None)
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_no_route_with_a_key_for_the_other_half(shared: Books, halves: Any, route: Route) -> None:
    """A read key cannot write and a write key cannot read; the right key is accepted."""
    action = "read" if route.method == "GET" else "write"
    answer = call_route(shared, route, halves["write" if action == "read" else "read"])
    body = answer.json()
    resource = body["code"].removeprefix(f"{action}_action_not_allowed_for_")
    assert resource in RESOURCES
    assert body == {"status": 403, "error": "Forbidden", "code": body["code"]}
    assert answer.status_code == 403
    let_in = call_route(shared, route, halves[action])
    assert let_in.status_code < 500
    assert "action_not_allowed" not in let_in.text


@pytest.fixture(scope="module")
def halves(shared: Books) -> dict[str, str]:
    """A key that can only read, and one that can only write."""
    return {scope.value: shared.new_key(scope) for scope in KeyScope}


def test_a_key_for_nothing_opens_nothing(shared: Books) -> None:
    answer = shared.http("GET", "/invoices", shared.new_key())
    assert answer.json()["code"] == "read_action_not_allowed_for_invoice"


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("Bearer {key}", 200),
        ("bearer {key}", 200),
        ("Token {key}", 200),  # the scheme is ignored
        ("Bearer   {key}", 200),
        ("{key}", 401),
        ("Bearer", 401),
        ("", 401),
        ("Bearer {key}0", 401),
        ("Bearer {prefix}", 401),
        ("Bearer {stranger}", 401),
        ("Bearer {key} {stranger}", 200),  # the second word counts, whatever follows
        ("Bearer \xe4\xff", 401),
    ],
)
def test_what_is_taken_for_a_key(shared: Books, header: str, status: int) -> None:
    key = shared.key
    whole = header.format(key=key, prefix=key.rpartition("_")[0], stranger=ApiKey.new().whole)
    headers = [(b"Authorization", whole.encode("latin-1"))]
    answer = httpx.get(f"{shared.url}/api/v1/invoices", headers=headers)
    assert answer.status_code == status, answer.text
    assert status == 200 or answer.json() == UNAUTHORIZED


def test_the_client_is_told_in_json(shared: Books) -> None:
    stranger: Any = Client(api_key="nobody", api_url=shared.url)
    with pytest.raises(LagoApiError) as refused:
        stranger.invoices.find_all()
    assert (refused.value.status_code, refused.value.response) == (401, UNAUTHORIZED)


def opens(client: Any) -> bool:
    """True if the client's key is accepted."""
    try:
        return bool(client.invoices.find_all())
    except LagoApiError:
        return False


def test_keys_from_the_command_line(database_url: str, shared: Books) -> None:
    """A key is shown once and listed without its secret; after its revocation it is refused."""
    where = ("--database-url", database_url, "--json")
    made = polaris("tenant", "create", "Baker", *where).json
    tenant = ("--tenant", made["tenant_id"], *where)
    client: Any = Client(api_key=made["api_key"], api_url=shared.url)
    assert client.invoices.find_all()["invoices"] == []
    reads = polaris("key", "create", "console", "--scope", "read", *tenant).json
    listed = polaris("key", "list", *tenant)
    assert reads["api_key"] not in listed.out
    until = time.monotonic() + 10
    polaris("key", "revoke", reads["client_id"], *tenant)
    reader: Any = Client(api_key=reads["api_key"], api_url=shared.url)
    while opens(reader) and time.monotonic() < until:
        time.sleep(0.1)
    with pytest.raises(LagoApiError) as refused:
        reader.invoices.find_all()
    assert refused.value.status_code == 401
    with shared.database.connect() as connection:
        kept = connection.execute("select k::text from api_key k").fetchall()
    secrets = (made["api_key"], reads["api_key"])
    assert not [row for (row,) in kept for key in secrets if key.rpartition("_")[2] in row]
