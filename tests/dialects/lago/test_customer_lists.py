"""Lists of customers: filters, pages and permissions."""

from collections.abc import Iterator

import pytest

from cli.terminal import Serving
from dialects.lago.books import Books
from dialects.lago.customers import EVERYTHING, NOT_FOUND, get_customer, save_customer
from faults.world import opened
from polaris.keys import KeyScope


@pytest.fixture(scope="module")
def three(database_url: str, serving: Serving) -> Iterator[Books]:
    """A tenant with three different customers, and a deleted one."""
    with opened(database_url) as database:
        books = Books(database, serving.url)
        red = [{"key": "team", "value": "red"}, {"key": "site", "value": "a"}]
        save_customer(books, "gone", name="Ada")
        assert books.http("DELETE", "/customers/gone").status_code == 200
        save_customer(books, "ada", **{**EVERYTHING, "metadata": red})
        save_customer(
            books, "bob", name="100%", currency="USD", country="US", customer_type="individual"
        )
        save_customer(
            books, "cleo", legal_name="Cleo_Co", metadata=[{"key": "team", "value": "blue"}]
        )
        yield books


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", ["cleo", "bob", "ada"]),
        ("unknown=1&search_term=&currencies[]=&has_customer_type=", ["cleo", "bob", "ada"]),
        ("external_id=bob", ["bob"]),
        ("external_id=gone", []),
        ("currencies[]=EUR&currencies[]=USD", ["bob", "ada"]),
        ("countries[]=US", ["bob"]),
        ("states[]=IDF", ["ada"]),
        ("zipcodes[]=75002", ["ada"]),
        ("account_type[]=customer", ["cleo", "bob"]),
        ("account_type=partner", ["ada"]),
        ("customer_type=individual", ["bob"]),
        ("has_customer_type=false", ["cleo"]),
        ("has_customer_type=true", ["bob", "ada"]),
        ("has_tax_identification_number=true", ["ada"]),
        ("has_tax_identification_number=0", ["cleo", "bob"]),
        ("metadata[team]=red", ["ada"]),
        ("metadata[site]=&metadata[team]=blue", ["cleo"]),
        ("metadata[site]=", ["cleo", "bob"]),
        ("search_term=0%25", ["bob"]),
        ("search_term=_", ["cleo"]),
        ("search_term=LOVE", ["ada"]),
        ("search_term=%40Example", ["ada"]),
        ("billing_entity_codes[]=faults&external_id=ada", ["ada"]),
    ],
)
def test_customers_are_listed_the_newest_first(three: Books, query: str, ids: list[str]) -> None:
    """The list has the customers that match all filters."""
    answer = three.http("GET", f"/customers?{query}")
    assert [one["external_id"] for one in answer.json()["customers"]] == ids
    assert answer.json()["meta"]["total_count"] == len(ids)


def test_a_list_shows_customers_as_they_show_themselves(three: Books) -> None:
    """By pages."""
    answer = three.http("GET", "/customers?page=2&per_page=2").json()
    assert answer["customers"] == [get_customer(three, "ada")]
    assert list(answer["meta"].values()) == [2, None, 1, 2, 3]


def test_an_unknown_billing_entity_is_not_found(three: Books) -> None:
    """In a list, and of a customer."""
    body = {"customer": {"external_id": "ada", "billing_entity_code": "x"}}
    for answer in (
        three.http("GET", "/customers?billing_entity_codes[]=x"),
        three.http("POST", "/customers", json=body),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "billing_entity_not_found")


def test_another_tenants_customer_is_not_there(three: Books, books: Books) -> None:
    """Its id may be taken again."""
    assert books.http("GET", "/customers/ada").json() == NOT_FOUND
    assert books.http("DELETE", "/customers/ada").json() == NOT_FOUND
    assert save_customer(books, "ada")["lago_id"] != get_customer(three, "ada")["lago_id"]


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/customers", KeyScope.READ),
        ("DELETE", "/customers/ada", KeyScope.READ),
        ("GET", "/customers", KeyScope.WRITE),
        ("GET", "/customers/ada", KeyScope.WRITE),
    ],
)
def test_a_key_may_do_what_it_was_given(
    three: Books, method: str, path: str, scope: KeyScope
) -> None:
    """The read and write scopes are separate."""
    other = "read" if scope is KeyScope.WRITE else "write"
    answer = three.http(method, path, key=three.new_key(scope), json={"customer": {}})
    assert (answer.status_code, answer.json()["code"]) == (
        403,
        f"{other}_action_not_allowed_for_customer",
    )
