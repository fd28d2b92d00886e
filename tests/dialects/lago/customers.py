"""Customers as the tests make and see them."""

from typing import Any
from urllib.parse import quote

from dialects.lago.books import Books

Shown = dict[str, Any]

NOT_FOUND = {"status": 404, "error": "Not Found", "code": "customer_not_found"}


EVERYTHING: Shown = {
    "name": "Ada Ltd",
    "firstname": "Ada",
    "lastname": "Lovelace",
    "customer_type": "company",
    "account_type": "partner",
    "email": "ada@example.com",
    "currency": "EUR",
    "timezone": "Europe/Paris",
    "net_payment_term": 30,
    "country": "FR",
    "address_line1": "1, rue de la Paix",
    "address_line2": "2nd floor",
    "city": "Paris",
    "state": "IDF",
    "zipcode": "75002",
    "url": "https://ada.example.com",
    "phone": "+33 1",
    "logo_url": "https://ada.example.com/logo.png",
    "legal_name": "Ada SAS",
    "legal_number": "552 100 554",
    "tax_identification_number": "FR40303265045",
    "external_salesforce_id": "sf-1",
    "finalize_zero_amount_invoice": "skip",
    "skip_invoice_custom_sections": True,
    "shipping_address": {
        "address_line1": None,
        "address_line2": None,
        "city": "Lyon",
        "zipcode": None,
        "state": None,
        "country": "FR",
    },
    "billing_configuration": {
        "invoice_grace_period": 3,
        "payment_provider": None,
        "payment_provider_code": None,
        "document_locale": "fr",
        "subscription_invoice_issuing_date_anchor": None,
        "subscription_invoice_issuing_date_adjustment": None,
    },
}


def save_customer(books: Books, external_id: str = "cust_1", **given: object) -> Shown:
    """A customer, created or changed."""
    body = {"customer": {"external_id": external_id, **given}}
    answer = books.http("POST", "/customers", json=body)
    assert answer.status_code == 200, answer.text
    customer: Shown = answer.json()["customer"]
    return customer


def get_customer(books: Books, external_id: str) -> Shown:
    """A customer, as it is now."""
    answer = books.http("GET", f"/customers/{quote(external_id, safe='')}")
    assert answer.status_code == 200, answer.text
    customer: Shown = answer.json()["customer"]
    return customer
