"""Taxes by their code, as Lago's client creates, finds, changes and deletes them."""

from typing import Any

import pytest
from lago_python_client.exceptions import LagoApiError
from lago_python_client.models import Tax

from dialects.lago.books import Books
from dialects.lago.said import invalid
from faults.world import at_once
from polaris.keys import KeyScope

VAT: dict[str, Any] = {"name": "VAT", "code": "vat", "rate": 20.0}


def tax_input(**fields: Any) -> Tax:
    """Return a tax for the client with only the given fields."""
    return Tax(**fields)


def test_the_story_of_a_tax(client: Any) -> None:
    made = client.taxes.create(tax_input(**VAT, description="Normal", applied_to_organization=True))
    assert (made.name, made.code, made.rate) == ("VAT", "vat", 20.0)
    assert (made.description, made.applied_to_organization) == ("Normal", True)
    assert made.applied_to_billing_entities_codes == ["faults"]
    assert client.taxes.find("vat") == made

    changed = client.taxes.update(tax_input(rate=19.5, code="ust"), "vat")
    assert (changed.lago_id, changed.rate, changed.code) == (made.lago_id, 19.5, "ust")
    assert (changed.name, changed.description) == ("VAT", "Normal")
    with pytest.raises(LagoApiError) as gone:
        client.taxes.find("vat")
    assert gone.value.response["code"] == "tax_not_found"

    assert client.taxes.destroy("ust") == changed
    assert client.taxes.find_all()["taxes"] == []
    assert client.taxes.create(tax_input(**VAT)).lago_id != made.lago_id


def test_all_that_is_shown(books: Books) -> None:
    answer = books.http("POST", "/taxes", json={"tax": {**VAT, "rate": "7.125", "name": "Low"}})
    tax = answer.json()["tax"]
    assert (answer.status_code, tax.pop("lago_id"), tax.pop("created_at")[-1]) == (
        200,
        books.http("GET", "/taxes/vat").json()["tax"]["lago_id"],
        "Z",
    )
    assert tax == {
        "name": "Low",
        "code": "vat",
        "rate": 7.125,
        "description": None,
        "applied_to_organization": False,
        "applied_to_billing_entities_codes": [],
        "add_ons_count": 0,
        "customers_count": 0,
        "plans_count": 0,
        "charges_count": 0,
        "commitments_count": 0,
    }


def test_pages_begin_with_the_newest(books: Books) -> None:
    for code in ("a", "b", "c"):
        books.http("POST", "/taxes", json={"tax": {**VAT, "code": code}})
    books.http("DELETE", "/taxes/b")
    pages = [books.http("GET", f"/taxes?per_page=1&page={page}").json() for page in (1, 2, 3)]
    assert [[one["code"] for one in page["taxes"]] for page in pages] == [["c"], ["a"], []]
    assert pages[0]["meta"] == {
        "current_page": 1,
        "next_page": 2,
        "prev_page": None,
        "total_pages": 2,
        "total_count": 2,
    }


@pytest.mark.parametrize(
    ("change", "details"),
    [
        (
            {"name": None, "rate": None},
            {"name": "value_is_mandatory", "rate": "value_is_mandatory"},
        ),
        ({"code": ""}, {"code": "value_is_mandatory"}),
        ({"rate": -1}, {"rate": "value_is_out_of_range"}),
        ({"rate": 1e300}, {"rate": "value_is_out_of_range"}),
        ({"rate": "much"}, {"rate": "value_is_invalid"}),
        ({"rate": "NaN"}, {"rate": "value_is_invalid"}),
        ({"name": ["VAT"]}, {"name": "value_is_invalid"}),
        ({"name": "V\0"}, {"name": "value_is_invalid"}),
        ({"name": "V" * 501}, {"name": "value_is_too_long"}),
        ({"code": "taken"}, {"code": "value_already_exist"}),
    ],
)
def test_what_no_tax_can_be(shared: Books, change: dict[str, Any], details: dict[str, str]) -> None:
    shared.http("POST", "/taxes", json={"tax": {**VAT, "code": "taken"}})
    answer = shared.http("POST", "/taxes", json={"tax": {**VAT, **change}})
    said = invalid(**{field: [code] for field, code in details.items()})
    assert (answer.status_code, answer.json()) == (422, said)


def test_a_change_of_nothing_changes_nothing_but_null_takes_a_text_away(books: Books) -> None:
    tax = {**VAT, "description": "Normal", "applied_to_organization": True}
    made = books.http("POST", "/taxes", json={"tax": tax}).json()
    assert books.http("PUT", "/taxes/vat", json={"tax": {}}).json() == made
    nulls = dict.fromkeys(("name", "code", "rate", "applied_to_organization"))
    assert books.http("PUT", "/taxes/vat", json={"tax": nulls}).json() == made
    changed = books.http("PUT", "/taxes/vat", json={"tax": {"description": None}}).json()
    assert changed == {"tax": {**made["tax"], "description": None}}


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE"])
def test_a_tax_that_is_not_there(shared: Books, verb: str) -> None:
    body: dict[str, Any] = {"json": {"tax": {}}} if verb == "PUT" else {}
    answer = shared.http(verb, "/taxes/none", **body)
    assert (answer.status_code, answer.json()) == (
        404,
        {"status": 404, "error": "Not Found", "code": "tax_not_found"},
    )


def test_who_may(shared: Books) -> None:
    reader = shared.new_key(KeyScope.READ)
    refused = shared.http("POST", "/taxes", key=reader, json={"tax": VAT})
    assert (refused.status_code, refused.json()["code"]) == (
        403,
        "write_action_not_allowed_for_tax",
    )
    rootless = shared.http("POST", "/taxes", json=VAT)
    assert (rootless.status_code, rootless.json()["error"][:11]) == (400, "BadRequest:")


def test_one_of_two_at_once_gets_the_code(books: Books) -> None:
    def create() -> int:
        return books.http("POST", "/taxes", json={"tax": VAT}).status_code

    assert sorted(at_once([create] * 4), key=str) == [200, 422, 422, 422]
