"""Customers: made and changed by their own id, deleted; and what Lago says when wrong."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from lago_python_client.models.customer import Customer

from cli.terminal import Serving
from dialects.lago.books import Books
from dialects.lago.customers import EVERYTHING, NOT_FOUND, Shown, get_customer, save_customer
from faults.world import opened
from polaris.core.commands import SaveTaxCode
from polaris.engine import new_id


@pytest.fixture(scope="module")
def calm(database_url: str, serving: Serving) -> Iterator[Books]:
    """A tenant for refusals: nothing is ever written."""
    with opened(database_url) as database:
        books = Books(database, serving.url)
        yield books
        assert books.http("GET", "/customers").json()["customers"] == []


def send_customer(books: Books, body: str) -> httpx.Response:
    """The answer to a body written by hand, half characters and all."""
    headers = {"Authorization": f"Bearer {books.key}", "Content-Type": "application/json"}
    return httpx.post(f"{books.url}/api/v1/customers", content=body, headers=headers, timeout=30)


def tax(books: Books, code: str, rate: int) -> None:
    """A tax of the tenant's."""
    books.done(SaveTaxCode(tax_code_id=new_id(), code=code, name=code.upper(), rate=Decimal(rate)))


def test_what_is_given_is_shown(books: Books) -> None:
    """Everything that Lago keeps of a customer."""
    made = save_customer(books, **EVERYTHING)
    assert {name: made[name] for name in EVERYTHING} == EVERYTHING
    assert get_customer(books, "cust_1") == made
    assert made["sequential_id"] == 1
    assert made["slug"] == "ACM-1A2B-001"
    assert made["billing_entity_code"] == "faults"
    assert made["applicable_timezone"] == "Europe/Paris"
    empty = ("metadata", "taxes", "integration_customers", "error_details")
    assert [made[name] for name in empty] == [[], [], [], []]
    assert made["applicable_invoice_custom_sections"] == []


def test_the_vendors_client_makes_finds_lists_and_destroys(books: Books) -> None:
    """Each answer fits the client's own model."""
    customers: Any = books.client.customers
    tax(books, "vat", 20)
    asked = Customer.parse_obj(
        {
            "external_id": "ada",
            "name": "Ada",
            "tax_codes": ["vat"],
            "metadata": [{"key": "team", "value": "red", "display_in_invoice": True}],
        }
    )
    made = customers.create(asked)
    assert (made.external_id, made.taxes.__root__[0].rate) == ("ada", 20.0)
    assert customers.find("ada").metadata.__root__[0].value == "red"
    (listed,) = customers.find_all()["customers"]
    assert listed.lago_id == made.lago_id
    assert customers.destroy("ada").lago_id == made.lago_id
    assert customers.find_all()["meta"]["total_count"] == 0


def test_a_second_call_changes_only_what_it_gives(books: Books) -> None:
    """Missing and null fields stay; `updated_at` changes."""
    made = save_customer(books, **EVERYTHING)
    nothing: Shown = dict.fromkeys(EVERYTHING)
    time.sleep(1.1)
    changed = save_customer(
        books, **{**nothing, "city": "Nice", "shipping_address": {"city": "Metz"}}
    )
    different = {name for name in made if made[name] != changed[name]}
    assert different == {"city", "shipping_address", "updated_at"}
    assert changed["shipping_address"] == made["shipping_address"] | {"city": "Metz"}
    assert changed["updated_at"] > made["updated_at"]


@pytest.mark.parametrize("part", ["shipping_address", "billing_configuration"])
def test_a_part_has_all_its_names_when_nothing_was_said(books: Books, part: str) -> None:
    """The answer has every key, such as `shipping_address.city`, with null."""
    assert save_customer(books)[part] == dict.fromkeys(EVERYTHING[part])


def test_a_country_is_kept_in_capitals(books: Books) -> None:
    """Lower case is accepted."""
    assert save_customer(books, country="de")["country"] == "DE"


def test_taxes_are_those_that_there_are(books: Books) -> None:
    """Named by code, all of them anew; an unknown one is refused."""
    tax(books, "vat", 20)
    tax(books, "eco", 1)
    assert [one["code"] for one in save_customer(books, tax_codes=["eco", "vat"])["taxes"]] == [
        "eco",
        "vat",
    ]
    assert [one["rate"] for one in save_customer(books, tax_codes=["vat"])["taxes"]] == [20.0]
    assert save_customer(books, tax_codes=[])["taxes"] == []
    body = {"customer": {"external_id": "cust_1", "tax_codes": ["vat", "gone"]}}
    answer = books.http("POST", "/customers", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "tax_not_found")
    assert get_customer(books, "cust_1")["taxes"] == []


def test_a_customer_is_taxed_by_a_tax_whose_code_has_changed(books: Books) -> None:
    """A deleted tax no longer applies, even if a new tax has its code."""
    tax(books, "vat", 20)
    tax(books, "eco", 1)
    save_customer(books, tax_codes=["vat", "eco"])
    books.http("PUT", "/taxes/vat", json={"tax": {"code": "mwst"}})
    books.http("DELETE", "/taxes/eco")
    tax(books, "eco", 2)
    assert [one["code"] for one in get_customer(books, "cust_1")["taxes"]] == ["mwst"]
    add_on = {"name": "A", "code": "a", "amount_cents": 1000, "amount_currency": "EUR"}
    books.http("POST", "/add_ons", json={"add_on": add_on})
    asked = {"external_customer_id": "cust_1", "currency": "EUR", "fees": [{"add_on_code": "a"}]}
    issued = books.http("POST", "/invoices", json={"invoice": asked}).json()["invoice"]
    assert [one["tax_code"] for one in issued["applied_taxes"]] == ["mwst"]
    assert issued["taxes_amount_cents"] == 200


def test_metadata_follows_its_ids(books: Books) -> None:
    """Known ids change, new ones come, those not mentioned go."""
    first = save_customer(books, metadata=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    a, b = first["metadata"]
    assert (b["key"], b["display_in_invoice"], b["created_at"]) == ("b", False, first["created_at"])
    asked = [
        {"id": a["lago_id"], "key": "a", "value": "9", "display_in_invoice": True},
        {"key": "c", "value": "3"},
    ]
    changed, new = save_customer(books, metadata=asked)["metadata"]
    assert changed == {**a, "value": "9", "display_in_invoice": True}
    assert new["lago_id"] not in (a["lago_id"], b["lago_id"])
    assert [one["key"] for one in save_customer(books)["metadata"]] == ["a", "c"]
    assert save_customer(books, metadata=[])["metadata"] == []


def test_two_who_create_the_same_customer_both_have_it(books: Books) -> None:
    """One of them changes what the other made."""
    with ThreadPoolExecutor(8) as pool:
        for turn in range(5):
            cities = [f"City {one}" for one in range(8)]
            both = pool.map(
                lambda city, t=turn: save_customer(books, f"twin {t}", city=city), cities
            )
            assert len({one["lago_id"] for one in both}) == 1
    assert books.http("GET", "/customers").json()["meta"]["total_count"] == 5


@pytest.mark.parametrize(
    "external_id",
    ["a/b", "/", "a%2Fb", "100%", "a b", "Zoë ✓", "x/invoices/y", "?q=1#f", "..", "'; --", "a+b"],
)
def test_any_text_is_an_external_id(books: Books, external_id: str) -> None:
    """Made, found and deleted by it."""
    made = save_customer(books, external_id)
    assert made["external_id"] == external_id
    path = f"/customers/{quote(external_id, safe='').replace('..', '%2E%2E')}"
    assert books.http("GET", f"{path}/invoices").json()["invoices"] == []
    if external_id != "..":  # no client sends a path that ends so
        assert books.http("GET", path).json()["customer"]["lago_id"] == made["lago_id"]
        assert books.http("DELETE", path).json()["customer"]["lago_id"] == made["lago_id"]
        assert books.http("GET", path).status_code == 404


def test_a_deleted_customer_is_gone_and_its_id_free(books: Books) -> None:
    """Its invoices stay; another may take the id."""
    made = save_customer(books, name="Old")
    invoice = books.invoice(made["lago_id"])
    answer = books.http("DELETE", "/customers/cust_1")
    assert answer.json()["customer"]["name"] == "Old"
    for again in ("GET", "DELETE"):
        answer = books.http(again, "/customers/cust_1")
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    listed = books.http("GET", "/invoices").json()["invoices"]
    assert [one["lago_id"] for one in listed] == [invoice]
    new = save_customer(books, name="New")
    assert new["lago_id"] != made["lago_id"]
    assert new["sequential_id"] == 2


REFUSED: list[tuple[Shown, dict[str, list[str]]]] = [
    ({"external_id": None}, {"external_id": ["value_is_mandatory"]}),
    ({"external_id": ""}, {"external_id": ["value_is_mandatory"]}),
    ({"external_id": "  "}, {"external_id": ["value_is_mandatory"]}),
    ({"external_id": 7}, {"external_id": ["value_is_invalid"]}),
    ({"external_id": "a\0"}, {"external_id": ["value_is_invalid"]}),
    ({"external_id": "x" * 501}, {"external_id": ["value_is_too_long"]}),
    ({"name": "x" * 501}, {"name": ["value_is_too_long"]}),
    ({"city": "half \ud800"}, {"city": ["value_is_invalid"]}),
    ({"country": "XX"}, {"country": ["not_a_valid_country_code"]}),
    ({"country": "EU"}, {"country": ["not_a_valid_country_code"]}),
    ({"currency": "XAU"}, {"currency": ["value_is_invalid"]}),
    ({"currency": ""}, {"currency": ["value_is_invalid"]}),
    ({"timezone": "Mars/Olympus"}, {"timezone": ["value_is_invalid"]}),
    ({"timezone": ""}, {"timezone": ["value_is_invalid"]}),
    ({"timezone": "../etc"}, {"timezone": ["value_is_invalid"]}),
    ({"net_payment_term": -1}, {"net_payment_term": ["value_is_out_of_range"]}),
    ({"net_payment_term": 10**6}, {"net_payment_term": ["value_is_out_of_range"]}),
    ({"net_payment_term": 10**30}, {"net_payment_term": ["value_is_out_of_range"]}),
    ({"net_payment_term": "soon"}, {"net_payment_term": ["value_is_invalid"]}),
    (
        {"finalize_zero_amount_invoice": "maybe"},
        {"finalize_zero_amount_invoice": ["invalid_value"]},
    ),
    (
        {"customer_type": "x", "account_type": "y", "country": "zz"},
        {
            "customer_type": ["value_is_invalid"],
            "account_type": ["value_is_invalid"],
            "country": ["not_a_valid_country_code"],
        },
    ),
    (
        {"metadata": [{"key": f"k{i}", "value": "v"} for i in range(6)]},
        {"metadata": ["invalid_count"]},
    ),
    ({"metadata": [{"value": "v"}]}, {"key": ["value_is_mandatory"]}),
    ({"metadata": [{"key": "k"}]}, {"value": ["value_is_mandatory"]}),
    ({"metadata": [{"key": "k" * 21, "value": "v"}]}, {"key": ["value_is_too_long"]}),
    ({"metadata": [{"key": "k", "value": "v" * 101}]}, {"value": ["value_is_too_long"]}),
    ({"metadata": [{"key": "k", "value": "v"}] * 2}, {"key": ["value_already_exist"]}),
    ({"metadata": "x"}, {"metadata": ["value_is_invalid"]}),
    ({"billing_configuration": {"sync": "x"}}, {"sync": ["value_is_invalid"]}),
    (
        {"billing_configuration": {"invoice_grace_period": 10**40}},
        {"invoice_grace_period": ["value_is_out_of_range"]},
    ),
]


@pytest.mark.parametrize(("given", "details"), REFUSED)
def test_what_cannot_be_taken_is_refused(
    calm: Books, given: Shown, details: dict[str, list[str]]
) -> None:
    """By field, in Lago's codes; nothing is made."""
    body = {"customer": {"external_id": "nobody", **given}}
    answer = send_customer(calm, json.dumps(body))
    assert (answer.status_code, answer.json()) == (
        422,
        {
            "status": 422,
            "error": "Unprocessable Entity",
            "code": "validation_errors",
            "error_details": details,
        },
    )


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", '{"external_id": "x"}', "{"])
def test_a_body_without_its_root_is_a_bad_request(calm: Books, body: str) -> None:
    """Lago names the root that is missing."""
    answer = send_customer(calm, body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("BadRequest: ")


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "portal_url", 403, {"error": "Forbidden", "code": "feature_unavailable"}),
        ("GET", "projected_usage", 403, {"error": "Forbidden", "code": "feature_unavailable"}),
        (
            "GET",
            "current_usage",
            405,
            {"error": "Method Not Allowed", "code": "no_active_subscription"},
        ),
        (
            "POST",
            "checkout_url",
            422,
            {
                "error": "Unprocessable Entity",
                "code": "validation_errors",
                "error_details": {"base": ["no_linked_payment_provider"]},
            },
        ),
    ],
)
def test_what_there_is_not_is_refused_as_lago_does(
    books: Books, method: str, path: str, status: int, said: Shown
) -> None:
    """But who is no customer is not found first."""
    save_customer(books, "a/b")
    answer = books.http(method, f"/customers/a%2Fb/{path}")
    assert (answer.status_code, answer.json()) == (status, {"status": status, **said})
    answer = books.http(method, f"/customers/b/{path}")
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_nothing_was_used(books: Books) -> None:
    """The client gets an empty list of periods."""
    save_customer(books)
    customers: Any = books.client.customers
    assert customers.past_usage("cust_1", "sub_1")["usage_periods"] == []
