"""Every call of the vendor's client to `/invoices` is answered as the coverage says."""

import inspect
import re
from typing import Any

import httpx
import pytest
from highlevel.error import GHLError
from highlevel.services.invoices.invoices import Invoices

from dialects.highlevel.books import OVEN, Books
from polaris.dialects.highlevel.coverage import CALLS, How

MISSING = sorted(name for name, one in CALLS.items() if one.how is How.MISSING)


def test_the_coverage_names_every_call_of_the_client() -> None:
    calls = {name for name, _ in inspect.getmembers(Invoices, inspect.iscoroutinefunction)}
    assert set(CALLS) == calls
    assert len(calls) == 42


@pytest.mark.parametrize("name", sorted(CALLS))
def test_the_coverage_names_the_route_that_the_client_calls(name: str) -> None:
    source = inspect.getsource(getattr(Invoices, name))
    path, method = (re.findall(rf'"{key}".*?"(.+?)"', source)[0] for key in ("url", "method"))
    assert CALLS[name].route == f"{method} {path}"


@pytest.mark.parametrize("name", MISSING)
def test_a_missing_call_is_answered_with_404(shared: Books, name: str) -> None:
    """Also with the parameters of a good call, and nothing is changed."""
    invoice = shared.drafted()
    method, path = CALLS[name].route.split()
    path = re.sub(r"\{\w+\}", invoice["_id"], path.removeprefix("/invoices"))
    answer = shared.raw(method, path, params=shared.location, json=shared.location)
    assert answer.status_code == 404
    assert answer.json() == {"statusCode": 404, "message": "There is no such route."}
    assert shared.show(invoice["_id"]) == invoice


def test_the_client_raises_its_error_for_a_missing_call(books: Books) -> None:
    with pytest.raises(GHLError) as raised:
        books.call("list_invoice_templates", *books.location.values(), limit="10", offset="0")
    assert (raised.value.status_code, raised.value.message) == (404, "There is no such route.")


def test_the_other_calls_are_done(books: Books) -> None:
    """One after the other, with the client; the coverage has no other call that is not missing."""
    draft = books.drafted()
    content = {
        **books.location,
        "name": "A",
        "currency": "USD",
        "invoiceItems": [OVEN],
        "issueDate": "2026-01-05",
        "dueDate": "2026-01-06",
    }
    asked: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
        ("generate_invoice_number", tuple(books.location.values()), {}),
        ("get_invoice_settings", tuple(books.location.values()), {}),
        ("get_invoice", (draft["_id"], *books.location.values()), {}),
        ("list_invoices", tuple(books.location.values()), {"limit": "10", "offset": "0"}),
        ("update_invoice", (draft["_id"], content), {}),
        ("create_invoice", (books.body(),), {}),
    ]
    answers = {name: books.call(name, *given, **named) for name, given, named in asked}
    assert answers["generate_invoice_number"] == {"invoiceNumber": "INV-000001"}
    assert answers["get_invoice"] == draft
    assert answers["list_invoices"] == {"invoices": [draft], "total": 1}
    assert answers["update_invoice"]["dueDate"] == "2026-01-06"
    other = answers["create_invoice"]["_id"]
    books.call("delete_invoice", other, *books.location.values())
    books.send(draft["_id"])
    books.record(books.sent()["_id"])
    books.void(draft["_id"])
    tried = {*answers, "delete_invoice", "send_invoice", "record_invoice", "void_invoice"}
    assert tried == set(CALLS) - set(MISSING)


def test_the_settings_of_the_location(books: Books) -> None:
    assert books.call("get_invoice_settings", *books.location.values()) == {
        **books.location,
        "title": "INVOICE",
        "termsNote": "",
        "invoiceNumberPrefix": "INV-",
        "dueAfterXDays": 0,
        "customFields": [],
        "businessDetails": {
            "name": "Faults",
            "address": dict.fromkeys(
                ("addressLine1", "addressLine2", "city", "state", "postalCode", "countryCode"), ""
            ),
            "phoneNo": "",
            "website": "",
            "logoUrl": "",
            "customValues": [],
        },
        "senderConfiguration": {"fromName": "Faults", "fromEmail": ""},
    }


def test_the_previewed_number_is_that_of_the_next_invoice(books: Books) -> None:
    first = books.sent()
    previewed = books.call("generate_invoice_number", *books.location.values())
    assert (first["invoiceNumber"], previewed) == ("INV-000001", {"invoiceNumber": "INV-000002"})
    draft = books.drafted(invoiceNumber=previewed["invoiceNumber"])
    assert draft["invoiceNumber"] == "INV-000002"
    assert books.send(draft["_id"])["invoiceNumber"] == "INV-000002"


def test_a_list_is_answered_with_and_without_the_slash(books: Books) -> None:
    draft = books.drafted()
    asked = {**books.location, "limit": "10", "offset": "0"}
    for path in ("", "/"):
        assert books.raw("GET", path, params=asked).json() == {"invoices": [draft], "total": 1}
    made = books.raw("POST", "", json=books.body())
    assert (made.status_code, made.json()["status"]) == (200, "draft")


def test_the_routes_are_described(books: Books) -> None:
    page = httpx.get(f"{books.url}/invoices/openapi.json").json()
    described = {
        f"{method.upper()} {path}" for path, methods in page["paths"].items() for method in methods
    }
    supported = {one.route for one in CALLS.values() if one.how is not How.MISSING}
    renamed = {
        route.replace("/invoices", "", 1).replace("{invoiceId}", "{invoice_id}")
        for route in supported
    }
    assert described == renamed
