"""Add-ons by their code, as Lago's client creates, finds, changes and deletes them."""

from typing import Any

import pytest
from lago_python_client.exceptions import LagoApiError
from lago_python_client.models import AddOn, Tax

from dialects.lago.books import Books
from dialects.lago.said import invalid

SETUP: dict[str, Any] = {
    "name": "Setup",
    "code": "setup",
    "amount_cents": 5000,
    "amount_currency": "EUR",
}


def add_on_input(**fields: Any) -> AddOn:
    """Return an add-on for the client with only the given fields."""
    return AddOn(**fields)


def create(books: Books, **change: Any) -> Any:
    """Create an add-on, and return the answer."""
    answer = books.http("POST", "/add_ons", json={"add_on": {**SETUP, **change}})
    assert answer.status_code == 200, answer.text
    return answer.json()["add_on"]


def test_the_story_of_an_add_on(client: Any) -> None:
    vat = Tax(name="VAT", code="vat", rate=20, description=None, applied_to_organization=False)
    client.taxes.create(vat)
    made = client.add_ons.create(
        add_on_input(**SETUP, description="Once", invoice_display_name="Set-up", tax_codes=["vat"])
    )
    assert (made.name, made.code, made.amount_cents) == ("Setup", "setup", 5000)
    assert (made.amount_currency, made.description) == ("EUR", "Once")
    assert made.invoice_display_name == "Set-up"
    assert [tax.code for tax in made.taxes.__root__] == ["vat"]
    assert client.add_ons.find("setup") == made
    assert client.add_ons.find_all()["add_ons"] == [made]

    changed = client.add_ons.update(
        add_on_input(code="begin", amount_cents=6000, tax_codes=[]), "setup"
    )
    assert (changed.lago_id, changed.code, changed.amount_cents) == (made.lago_id, "begin", 6000)
    assert (changed.name, changed.taxes.__root__) == ("Setup", [])
    with pytest.raises(LagoApiError) as gone:
        client.add_ons.find("setup")
    assert gone.value.response["code"] == "add_on_not_found"

    assert client.add_ons.destroy("begin") == changed
    assert client.add_ons.find_all()["add_ons"] == []
    assert client.add_ons.create(add_on_input(**{**SETUP, "code": "begin"})).lago_id != made.lago_id


def test_all_that_is_shown(books: Books) -> None:
    made = create(books)
    assert len(made.pop("lago_id")) == 36
    assert len(made.pop("created_at")) == 20
    assert made == {
        "name": "Setup",
        "invoice_display_name": None,
        "code": "setup",
        "amount_cents": 5000,
        "amount_currency": "EUR",
        "description": None,
        "taxes": [],
    }


def test_a_tax_takes_its_add_ons_along(books: Books) -> None:
    """Add-ons show a changed tax's new code, and no longer show a deleted tax."""
    for code in ("vat", "city"):
        books.http("POST", "/taxes", json={"tax": {"name": code, "code": code, "rate": 5}})
    create(books, tax_codes=["vat", "city", "vat"])
    books.http("PUT", "/taxes/vat", json={"tax": {"code": "ust"}})

    def codes() -> list[str]:
        return [
            tax["code"] for tax in books.http("GET", "/add_ons/setup").json()["add_on"]["taxes"]
        ]

    assert codes() == ["ust", "city"]
    books.http("DELETE", "/taxes/city")
    assert codes() == ["ust"]


@pytest.mark.parametrize(
    "code", ["a/b", "Größe 42", "a b", "a%2Fb", "..", "café-é", "setup.json", "'; --"]
)
def test_a_code_may_be_any_text(shared: Books, code: str) -> None:
    made = create(shared, code=code)
    path = "".join(f"%{byte:02X}" for byte in code.encode())
    assert shared.http("GET", f"/add_ons/{path}").json() == {"add_on": made}
    assert shared.http("DELETE", f"/add_ons/{path}").json() == {"add_on": made}


def test_two_tenants_share_a_code_and_nothing_else(books: Books, shared: Books) -> None:
    mine = create(books, code="shared", name="Mine")
    theirs = create(shared, code="shared", name="Theirs")
    assert books.http("GET", "/add_ons/shared").json()["add_on"] == mine
    books.http("DELETE", "/add_ons/shared")
    assert books.http("GET", "/add_ons/shared").status_code == 404
    assert shared.http("GET", "/add_ons/shared").json()["add_on"] == theirs


MANDATORY, RANGE, INVALID = "value_is_mandatory", "value_is_out_of_range", "value_is_invalid"


@pytest.mark.parametrize(
    ("change", "details"),
    [
        (
            dict.fromkeys(("name", "code", "amount_cents", "amount_currency")),
            dict.fromkeys(("name", "code", "amount_cents", "amount_currency"), MANDATORY),
        ),
        ({"name": ""}, {"name": MANDATORY}),
        ({"amount_cents": 0}, {"amount_cents": RANGE}),
        ({"amount_cents": -1}, {"amount_cents": RANGE}),
        ({"amount_cents": 10**18}, {"amount_cents": RANGE}),
        ({"amount_cents": 10**400}, {"amount_cents": RANGE}),
        ({"amount_cents": 1.5}, {"amount_cents": INVALID}),
        ({"amount_cents": "much"}, {"amount_cents": INVALID}),
        ({"amount_currency": "EURO"}, {"amount_currency": INVALID}),
        ({"tax_codes": "vat"}, {"tax_codes": INVALID}),
        ({"code": "taken"}, {"code": "value_already_exist"}),
    ],
)
def test_what_no_add_on_can_be(
    shared: Books, change: dict[str, Any], details: dict[str, str]
) -> None:
    shared.http("POST", "/add_ons", json={"add_on": {**SETUP, "code": "taken"}})
    answer = shared.http("POST", "/add_ons", json={"add_on": {**SETUP, **change}})
    said = invalid(**{field: [code] for field, code in details.items()})
    assert (answer.status_code, answer.json()) == (422, said)


@pytest.mark.parametrize(
    ("verb", "path", "body", "code"),
    [
        ("GET", "/none", None, "add_on_not_found"),
        ("PUT", "/none", {}, "add_on_not_found"),
        ("DELETE", "/none", None, "add_on_not_found"),
        ("POST", "", {**SETUP, "code": "other", "tax_codes": ["none"]}, "tax_not_found"),
        ("PUT", "/there", {"tax_codes": ["none"]}, "tax_not_found"),
    ],
)
def test_what_is_not_there(
    shared: Books, verb: str, path: str, body: dict[str, Any] | None, code: str
) -> None:
    shared.http("POST", "/add_ons", json={"add_on": {**SETUP, "code": "there"}})
    named: dict[str, Any] = {} if body is None else {"json": {"add_on": body}}
    answer = shared.http(verb, f"/add_ons{path}", **named)
    assert (answer.status_code, answer.json()) == (
        404,
        {"status": 404, "error": "Not Found", "code": code},
    )


def test_null_takes_a_text_away(books: Books) -> None:
    made = create(books, description="Once", invoice_display_name="Set-up")
    asked = {"description": None, "invoice_display_name": None, "name": None, "tax_codes": None}
    changed = books.http("PUT", "/add_ons/setup", json={"add_on": asked}).json()
    assert changed == {"add_on": {**made, "description": None, "invoice_display_name": None}}
