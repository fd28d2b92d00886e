"""Keys, versions, locations and other tenants: who may call, and what a stranger sees."""

from typing import Any

import pytest

from dialects.highlevel.books import Books
from dialects.lago.books import line
from dialects.lago.kept import rows
from polaris.core import commands
from polaris.keys import ApiKey, KeyScope

NO_KEY = {
    "statusCode": 401,
    "message": "The API key is missing, unknown or revoked. Send it as a Bearer token.",
    "error": "Unauthorized",
}
NO_INVOICE = {"statusCode": 400, "message": "There is no invoice with this id."}
ONE = ["", "/void", "/send", "/record-payment"]


@pytest.fixture(scope="module")
def invoice(shared: Books) -> Any:
    return shared.sent()


def calls(books: Books, invoice: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Every route with a good request: method, path and what is sent."""
    at, query = f"/{invoice['_id']}", {"params": books.location}
    sending = {"userId": "u", "action": "email", "liveMode": True}
    content = {
        "name": "B",
        "currency": "USD",
        "invoiceItems": books.body()["items"],
        "issueDate": "2026-01-05",
        "dueDate": "2026-01-05",
    }
    return [
        ("GET", "/", {"params": {**books.location, "limit": "1", "offset": "0"}}),
        ("POST", "/", {"json": books.body()}),
        ("GET", at, query),
        ("PUT", at, {"json": {**books.location, **content}}),
        ("DELETE", at, query),
        ("POST", f"{at}/send", {"json": {**books.location, **sending}}),
        ("POST", f"{at}/record-payment", {"json": {**books.location, "mode": "cash"}}),
        ("POST", f"{at}/void", {"json": books.location}),
        ("GET", "/generate-invoice-number", query),
        ("GET", "/settings", query),
    ]


def test_a_call_without_a_known_key(shared: Books, invoice: Any) -> None:
    for method, path, sent in calls(shared, invoice):
        for word in ("", "Bearer", f"Bearer {ApiKey.new().whole}", f"Basic {shared.key}"):
            answer = shared.raw(method, path, headers={"Authorization": word}, **sent)
            assert (answer.status_code, answer.json()) == (401, NO_KEY), (method, path)


def test_a_key_for_reading_changes_nothing(shared: Books, invoice: Any) -> None:
    reader = shared.new_key(KeyScope.READ)
    before = rows(shared)
    for method, path, sent in calls(shared, invoice):
        answer = shared.raw(method, path, reader, **sent)
        assert answer.status_code == (200 if method == "GET" else 403)
        if method != "GET":
            assert answer.json() == {
                "statusCode": 403,
                "message": "The API key lacks the scope `write`, which this call needs.",
                "error": "Forbidden",
            }
    assert rows(shared) == before


@pytest.mark.parametrize("version", ["", "v1", "2021-07-29", "V3"])
def test_an_unknown_version(shared: Books, invoice: Any, version: str) -> None:
    message = "Send the header Version with one of these: 2021-07-28, 2023-02-21, v3."
    for method, path, sent in calls(shared, invoice):
        answer = shared.raw(method, path, headers={"Version": version}, **sent)
        assert (answer.status_code, answer.json()) == (
            400,
            {"statusCode": 400, "message": message},
        )


@pytest.mark.parametrize("version", ["2021-07-28", "2023-02-21", "v3"])
def test_every_known_version(shared: Books, invoice: Any, version: str) -> None:
    answer = shared.raw(
        "GET", f"/{invoice['_id']}", params=shared.location, headers={"Version": version}
    )
    assert (answer.status_code, answer.json()["_id"]) == (200, invoice["_id"])


def test_the_version_can_be_corrected_under_the_same_key(books: Books) -> None:
    key = {"Idempotency-Key": "k"}
    first = books.raw("POST", "/", json=books.body(), headers={**key, "Version": "v1"})
    again = books.raw("POST", "/", json=books.body(), headers=key)
    assert (first.status_code, again.status_code) == (400, 200)


def test_another_location_is_refused(books: Books) -> None:
    """Also with its own key, a call must name the tenant of the key."""
    invoice, other = books.sent(), books.stranger()
    before = rows(books)
    for method, path, sent in calls(books, invoice):
        foreign = books.raw(method, path, other.key, **sent)
        assert foreign.status_code == 403
        assert foreign.json()["message"] == "The API key has no access to this location."
    assert rows(books) == before


def test_the_invoice_of_another_tenant_is_unknown(books: Books) -> None:
    """A stranger with its own key and location sees nothing of it, and changes nothing."""
    invoice, other = books.sent(), Books(books.database, books.url)
    before = rows(books)
    for method, path, sent in calls(other, invoice):
        answer = other.raw(method, path, **sent)
        if invoice["_id"] in path:
            assert (answer.status_code, answer.json()) == (400, NO_INVOICE), (method, path)
        else:
            assert answer.status_code == 200
            assert invoice["_id"] not in answer.text
    asked = {**other.location, "limit": "9", "offset": "0", "search": invoice["_id"]}
    assert other.raw("GET", "/", params=asked).json() == {"invoices": [], "total": 0}
    assert rows(books) == before
    other.close()


@pytest.mark.parametrize("path", ONE)
@pytest.mark.parametrize("short", ["0" * 24, "1", "x" * 24, "0" * 23, "0" * 32, "ABCDEF" * 4])
def test_an_unknown_id(shared: Books, invoice: Any, path: str, short: str) -> None:
    for method, there, sent in calls(shared, {"_id": short}):
        if there == f"/{short}{path}":
            answer = shared.raw(method, there, **sent)
            assert (answer.status_code, answer.json()) == (400, NO_INVOICE)


def test_the_whole_id_is_no_id_of_this_dialect(shared: Books, invoice: Any) -> None:
    answer = shared.raw("GET", f"/{shared.row_id(invoice)}", params=shared.location)
    assert answer.status_code == 400


def test_ids_that_begin_alike_name_nothing(books: Books) -> None:
    """Callers of the engine can choose ids. To void one of the two would be a guess."""
    customer = books.customer()
    for end in ("0" * 8, "1" * 8):
        books.done(
            commands.IssueInvoice(
                invoice_id=f"01990000-0000-7000-8000-abcd{end}",
                customer_id=customer,
                currency="EUR",
                lines=(line(1000),),
            )
        )
    before = rows(books, "command", "audit")
    answer = books.raw("POST", "/01990000000070008000abcd/void", json=books.location)
    assert (answer.status_code, answer.json()) == (400, NO_INVOICE)
    assert rows(books, "command", "audit") == before


@pytest.mark.parametrize("verb", ["PATCH", "HEAD", "OPTIONS", "TRACE"])
def test_a_wrong_verb(shared: Books, verb: str) -> None:
    answer = shared.raw(verb, "/")
    assert answer.status_code == 404


def test_a_large_body(shared: Books) -> None:
    answer = shared.raw("POST", "/", content=b"x" * (1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["error"]) == (413, "Payload Too Large")
