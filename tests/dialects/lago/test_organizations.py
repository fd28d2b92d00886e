"""The tenant as Lago's organization: shown, changed, and how its documents are numbered."""

from typing import Any

import pytest
from lago_python_client.models import Organization
from lago_python_client.models.organization import OrganizationBillingConfiguration

from dialects.lago.books import Books
from dialects.lago.said import invalid
from polaris.keys import KeyScope


def organization_input(**fields: Any) -> Organization:
    """Return an organization for the client with only the given fields."""
    return Organization(**{"default_currency": "EUR", **fields})


def changed(books: Books, **fields: Any) -> Any:
    """Update the organization, and return the answer."""
    answer = books.http("PUT", "/organizations", json={"organization": fields})
    assert answer.status_code == 200, answer.text
    return answer.json()["organization"]


def number(books: Books, of: str) -> str:
    """Return the number of a new invoice of a customer."""
    invoice = books.http("GET", f"/invoices/{books.invoice(of)}").json()["invoice"]
    return str(invoice["number"])


def test_all_that_is_shown(books: Books) -> None:
    shown = books.http("GET", "/organizations").json()["organization"]
    assert len(shown.pop("created_at")) == 20
    texts = "country address_line1 address_line2 state zipcode email city legal_name legal_number"
    assert shown == {
        "lago_id": books.tenant_id,
        "name": "Faults",
        "default_currency": "EUR",
        "webhook_url": "",
        "webhook_urls": [],
        **dict.fromkeys(texts.split()),
        "tax_identification_number": None,
        "timezone": "UTC",
        "net_payment_term": 0,
        "email_settings": [],
        "document_numbering": "per_customer",
        "document_number_prefix": "ACM-1A2B",
        "finalize_zero_amount_invoice": True,
        "billing_configuration": {
            "invoice_footer": None,
            "invoice_grace_period": None,
            "document_locale": None,
        },
        "events_store": "postgres",
        "taxes": [],
    }


def test_the_client_changes_what_it_names(books: Books, client: Any) -> None:
    footer = OrganizationBillingConfiguration(
        invoice_footer="Thanks", invoice_grace_period=3, document_locale=None
    )
    after = client.organizations.update(
        organization_input(
            default_currency="USD",
            country="FR",
            legal_name="Faults SA",
            timezone="Europe/Paris",
            net_payment_term=30,
            email_settings=["invoice.finalized"],
            finalize_zero_amount_invoice=False,
            billing_configuration=footer,
        )
    )
    assert (after.name, after.country, after.legal_name) == ("Faults", "FR", "Faults SA")
    assert (after.timezone, after.net_payment_term) == ("Europe/Paris", 30)
    assert (after.email_settings, after.finalize_zero_amount_invoice) == (
        ["invoice.finalized"],
        False,
    )
    assert after.billing_configuration.invoice_footer == "Thanks"

    again = client.organizations.update(
        organization_input(default_currency="USD", city="Paris", name="F")
    )
    assert (again.city, again.country, again.billing_configuration) == (
        "Paris",
        "FR",
        after.billing_configuration,
    )
    shown = changed(books, country=None, billing_configuration={"document_locale": "fr"})
    assert (shown["country"], shown["city"], shown["default_currency"]) == (None, "Paris", "USD")
    assert shown["billing_configuration"] == {
        "invoice_footer": "Thanks",
        "invoice_grace_period": 3,
        "document_locale": "fr",
    }
    audits = books.http("GET", "/organizations").json()["organization"]
    assert audits == shown


def test_a_new_term_and_zone_hold_for_what_is_drafted_next(books: Books) -> None:
    customer = books.customer()
    changed(books, net_payment_term=14)
    shown = books.http("GET", f"/invoices/{books.draft(customer)}").json()["invoice"]
    assert shown["net_payment_term"] == 14


def test_a_new_prefix_is_of_new_numbers_only(books: Books) -> None:
    """A customer with numbered invoices keeps its series, and so its prefix."""
    old, new = books.customer("old"), books.customer("new")
    assert number(books, old) == "ACM-1A2B-001-001"
    assert changed(books, document_number_prefix="beta")["document_number_prefix"] == "BETA"
    assert (number(books, old), number(books, new)) == ("ACM-1A2B-001-002", "BETA-002-001")


def test_numbers_of_the_whole_tenant(books: Books) -> None:
    """Its one series follows each prefix, and is gapless over all customers."""
    after = changed(books, document_numbering="per_billing_entity", document_number_prefix="FLT")
    assert after["document_numbering"] == "per_billing_entity"
    one, other = books.customer("one"), books.customer("other")
    assert [number(books, one), number(books, other)] == ["FLT-001", "FLT-002"]
    changed(books, document_number_prefix="NEW")
    assert number(books, one) == "NEW-003"
    back = changed(books, document_numbering="per_customer")
    assert (back["document_numbering"], number(books, other)) == ("per_customer", "NEW-002-001")


def test_a_change_right_after_another_keeps_it(books: Books) -> None:
    """A change must not start from the cached tenant."""
    changed(books, document_number_prefix="BETA")
    after = changed(books, document_numbering="per_billing_entity")
    assert after["document_number_prefix"] == "BETA"


def test_the_old_word_for_it_is_taken_too(books: Books) -> None:
    after = changed(books, document_numbering="per_organization")
    assert after["document_numbering"] == "per_billing_entity"


def test_the_address_that_is_told(books: Books) -> None:
    """The first endpoint, which is created if there is none."""
    first = changed(books, webhook_url="https://example.com/a")
    assert first["webhook_urls"] == ["https://example.com/a"]
    body = {"webhook_endpoint": {"webhook_url": "https://example.com/b"}}
    books.http("POST", "/webhook_endpoints", json=body)
    after = changed(books, webhook_url="https://example.com/c")
    assert after["webhook_urls"] == ["https://example.com/c", "https://example.com/b"]
    assert after["webhook_url"] == "https://example.com/c"


def test_the_taxes_that_apply_by_default(books: Books) -> None:
    for code, applied in (("vat", True), ("city", False)):
        tax = {"name": code, "code": code, "rate": 5, "applied_to_organization": applied}
        books.http("POST", "/taxes", json={"tax": tax})
    assert [tax["code"] for tax in changed(books)["taxes"]] == ["vat"]


INVALID, RANGE = "value_is_invalid", "value_is_out_of_range"


@pytest.mark.parametrize(
    ("change", "details"),
    [
        ({"name": " "}, {"name": "value_is_mandatory"}),
        ({"default_currency": "EURO"}, {"default_currency": INVALID}),
        ({"timezone": "Mars/Base"}, {"timezone": INVALID}),
        ({"net_payment_term": -1}, {"net_payment_term": INVALID}),
        ({"net_payment_term": 10**30}, {"net_payment_term": "value_is_out_of_range"}),
        (
            {"billing_configuration": {"invoice_grace_period": -1}},
            {"invoice_grace_period": "value_is_out_of_range"},
        ),
        ({"document_numbering": "per_moon"}, {"document_numbering": INVALID}),
        ({"document_number_prefix": "x" * 11}, {"document_number_prefix": "value_is_too_long"}),
        ({"document_number_prefix": ""}, {"document_number_prefix": INVALID}),
        ({"document_number_prefix": "{next}"}, {"document_number_prefix": INVALID}),
        ({"document_number_prefix": "A\n"}, {"document_number_prefix": INVALID}),
        ({"country": "Utopia"}, {"country": "not_a_valid_country_code"}),
        ({"webhook_url": "foobar", "name": "Other"}, {"webhook_url": "url_invalid"}),
        ({"billing_configuration": {"invoice_footer": "\0"}}, {"invoice_footer": INVALID}),
        ({"email_settings": "all"}, {"email_settings": INVALID}),
    ],
)
def test_what_no_organization_can_be(
    shared: Books, change: dict[str, Any], details: dict[str, str]
) -> None:
    before = shared.http("GET", "/organizations").json()
    answer = shared.http("PUT", "/organizations", json={"organization": change})
    said = invalid(**{field: [code] for field, code in details.items()})
    assert (answer.status_code, answer.json()) == (422, said)
    assert shared.http("GET", "/organizations").json() == before


def test_who_may(shared: Books) -> None:
    reader = shared.new_key(KeyScope.READ)
    refused = shared.http("PUT", "/organizations", key=reader, json={"organization": {}})
    assert (refused.status_code, refused.json()["code"]) == (
        403,
        "write_action_not_allowed_for_organization",
    )
    assert shared.http("GET", "/organizations", key=reader).status_code == 200
