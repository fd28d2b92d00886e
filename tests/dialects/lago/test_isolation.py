"""Every route called with another tenant's key: nothing of the first tenant is shown or changed."""

from collections.abc import Iterator

import httpx
import pytest

from cli.terminal import Serving
from dialects.lago.books import Books
from dialects.lago.everything import Everything
from dialects.lago.kept import rows
from dialects.lago.routes import ROUTES, VERBS, Route, body_of
from faults.world import opened
from polaris.dialects.lago.app import build
from polaris.keys import ApiKey

MARK = "aurora"
"""In every text of the first tenant, and in no request."""

PAGES = {"/openapi.json", "/static-offline-docs", "/docs", "/docs/oauth2-redirect", "/redoc"}
"""The application's other routes, which answer the same to everybody."""


@pytest.fixture(scope="module")
def theirs(database_url: str, serving: Serving) -> Iterator[Everything]:
    with opened(database_url) as database:
        yield Everything(Books(database, serving.url), MARK)


def call_route(books: Books, route: Route, path: str, ids: dict[str, str]) -> httpx.Response:
    return books.http(route.method, path, json=body_of(route, ids))


def of_theirs(answer: httpx.Response, ids: dict[str, str]) -> list[str]:
    """Return the first tenant's texts and ids in the answer, except those of the request."""
    asked = f"{answer.request.url} {answer.request.content.decode()}"
    secrets = [
        *([] if MARK in asked else [MARK]),
        *(one for one in ids.values() if one not in asked),
    ]
    return [secret for secret in secrets if secret in answer.text.lower()]


def is_empty(answer: httpx.Response) -> bool:
    """True if the answer is an empty list."""
    body = answer.json() if answer.status_code == 200 else {}
    meta = body.pop("meta", {})
    return meta.get("total_count") == 0 and list(body.values()) == [[]]


def test_the_walk_sees_every_route() -> None:
    """A route that is added outside the routers would not be tested here."""
    application = build(None)  # type: ignore[arg-type]  # no engine is asked
    beside = {route.path for route in application.routes if hasattr(route, "path")}
    assert beside == PAGES


NAMING = [route for route in ROUTES if route.parameters]
OPEN = [route for route in ROUTES if not route.parameters]


@pytest.fixture(scope="module")
def stranger(database_url: str, serving: Serving) -> Iterator[Books]:
    """A tenant without any rows, for all tests of this file."""
    with opened(database_url) as database:
        yield Books(database, serving.url)


@pytest.mark.parametrize("route", NAMING, ids=str)
def test_what_another_tenant_has_is_not_there(
    theirs: Everything, stranger: Books, route: Route
) -> None:
    """The answer is 404, or an empty list."""
    before = rows(theirs.books)
    for path in route.paths(theirs.known):
        answer = call_route(stranger, route, path, theirs.ids)
        assert answer.status_code == 404 or is_empty(answer), answer.text
        assert answer.status_code != 404 or answer.json()["code"] != "resource_not_found"
        assert not of_theirs(answer, theirs.ids)
    assert rows(theirs.books) == before


STATUSES = {
    "POST /invoices": 404,
    "POST /invoices/preview": 404,
    "POST /credit_notes": 404,
    "POST /credit_notes/estimate": 404,
    "POST /payments": 404,
    "POST /wallets": 422,
    "POST /wallet_transactions": 422,
}
"""The answers if the body names another tenant's row; other calls act on the caller's rows."""


@pytest.mark.parametrize("route", [one for one in OPEN if one.method != "GET"], ids=str)
def test_what_names_another_tenants_things_in_its_body(
    theirs: Everything, books: Books, route: Route
) -> None:
    """Two tenants can use the same names."""
    before = rows(theirs.books)
    answer = call_route(books, route, route.path, theirs.ids)
    assert answer.status_code == STATUSES.get(str(route), 200), answer.text
    assert not of_theirs(answer, theirs.ids)
    assert rows(theirs.books) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", "1"),
        ("external_customer_id", "{external_id}"),
        ("invoice_id", "{invoice}"),
        ("search_term", MARK),
        ("metadata[k]", MARK),
        ("search_term", "{invoice}"),
    ],
)
def test_filters_find_nothing_of_another_tenants(
    theirs: Everything, stranger: Books, name: str, value: str
) -> None:
    asked = {name: value.format_map(theirs.ids)}
    for route in (one for one in OPEN if one.method == "GET"):
        answer = stranger.http("GET", route.path, params=asked)
        assert answer.status_code == 404 or "meta" not in answer.text or is_empty(answer), route
        assert not of_theirs(answer, theirs.ids), route


def test_the_ids_of_the_walk_are_good(theirs: Everything) -> None:
    """The tenant's own key finds everything; otherwise the tests above would prove nothing."""
    shown = [route for route in NAMING if route.method == "GET"]
    found = {
        path: call_route(theirs.books, route, path, theirs.ids)
        for route in shown
        for path in route.paths(theirs.known)
    }
    assert {path for path, answer in found.items() if answer.status_code == 404} == set()
    assert [path for path, answer in found.items() if MARK in answer.text.lower()]


# ---------------------------------------------------------------- unknown routes


@pytest.mark.parametrize("path", ["/nothing", "/invoices/1/2/3", "/", "/subscriptions"])
@pytest.mark.parametrize("verb", VERBS)
def test_an_unknown_route(shared: Books, verb: str, path: str) -> None:
    answer = shared.http(verb, path)
    assert (answer.status_code, answer.json()) == (404, NO_RESOURCE)


NO_RESOURCE = {"status": 404, "error": "Not Found", "code": "resource_not_found"}
WRONG = [
    wrong
    for path in sorted({route.path for route in ROUTES})
    for wrong in (Route(verb, path) for verb in VERBS)
    if not any(one.takes(*wrong) for one in ROUTES)  # as the name of a thing
]


def test_a_wrong_verb(shared: Books) -> None:
    """Lago answers a wrong verb and an unknown route alike."""
    assert len(WRONG) > 50
    with httpx.Client(timeout=30, headers={"Authorization": f"Bearer {shared.key}"}) as client:
        for route in WRONG:
            answer = client.request(route.method, f"{shared.url}/api/v1{route.path}")
            assert (answer.status_code, answer.json()) == (404, NO_RESOURCE), route


@pytest.mark.parametrize("verb", ["HEAD", "OPTIONS", "TRACE", "QUERY"])
def test_verbs_that_nobody_serves(shared: Books, verb: str) -> None:
    with httpx.Client(timeout=30) as client:
        for path in sorted({route.path for route in ROUTES}):
            answer = client.request(verb, f"{shared.url}/api/v1{path}")
            assert answer.status_code in (401, 404), (path, answer.status_code)


def test_a_key_of_nobody(shared: Books) -> None:
    unknown = shared.http("GET", "/invoices", ApiKey.new().whole)
    assert (unknown.status_code, unknown.json()) == (401, {"status": 401, "error": "Unauthorized"})
