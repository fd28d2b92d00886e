"""An issued invoice shows the parties as they stood at its issue, in PDFs, answers and webhooks."""

from typing import Any

import pytest

from dialects.lago.books import Books, line
from dialects.lago.deliveries import composed, happened
from dialects.lago.test_downloads import printed
from polaris.core import commands
from polaris.core.facts.invoice import Invoice
from polaris.dialects.lago.responses.customers import BILLING
from polaris.engine import new_id

OLD: dict[str, Any] = {
    "name": "Bakery",
    "firstname": "Ann",
    "lastname": "Baker",
    "customer_type": "individual",
    "account_type": "customer",
    "legal_name": "Bakery Ltd",
    "legal_number": "HRB 1",
    "tax_identification_number": "GB1",
    "address_line1": "1 Mill Lane",
    "address_line2": "Yard",
    "city": "London",
    "zipcode": "SW1",
    "state": "Old State",
    "country": "GB",
    "email": "old@bakery.example",
    "phone": "1",
    "currency": "EUR",
    "timezone": "Europe/London",
    "net_payment_term": 10,
    "shipping_address": {"city": "London", "zipcode": "SW2"},
    "metadata": [{"key": "k", "value": "old", "display_in_invoice": True}],
    "url": "https://old.example",
    "logo_url": "https://old.example/logo",
    "external_salesforce_id": "S1",
    "billing_configuration": {"document_locale": "en"},
}
NEW: dict[str, Any] = {
    "name": "Steel Works",
    "firstname": "Bob",
    "lastname": "Smith",
    "customer_type": "company",
    "account_type": "partner",
    "legal_name": "Steel Works GmbH",
    "legal_number": "HRB 2",
    "tax_identification_number": "DE2",
    "address_line1": "2 Hafen",
    "address_line2": "Tor 3",
    "city": "Hamburg",
    "zipcode": "20259",
    "state": "New State",
    "country": "DE",
    "email": "new@steel.example",
    "phone": "2",
    "currency": "USD",
    "timezone": "Pacific/Auckland",
    "net_payment_term": 20,
    "shipping_address": {"city": "Hamburg", "zipcode": "20260"},
    "metadata": [{"key": "k", "value": "new", "display_in_invoice": True}],
    "url": "https://new.example",
    "logo_url": "https://new.example/logo",
    "external_salesforce_id": "S2",
    "billing_configuration": {"document_locale": "de"},
}
SELLER_OLD = {"name": "Acme", "legal_name": "Acme Ltd", "city": "Paris", "email": "a@acme.example"}
SELLER_NEW = {"name": "Zenith", "legal_name": "Zenith AG", "city": "Bern", "email": "z@z.example"}

LIVE = {"url", "logo_url", "external_salesforce_id", "billing_configuration"}
"""The changed fields that show the customer of today, in every answer."""


def save(books: Books, customer: dict[str, Any], seller: dict[str, Any]) -> None:
    """Create or change the customer and the organization over HTTP."""
    body = {"customer": {"external_id": "cust_1", **customer}}
    assert books.http("POST", "/customers", json=body).status_code == 200
    answer = books.http("PUT", "/organizations", json={"organization": seller})
    assert answer.status_code == 200, answer.text


def customer_id(books: Books) -> str:
    shown = books.http("GET", "/customers/cust_1").json()["customer"]
    return str(shown["lago_id"])


def nested(books: Books, path: str, root: str) -> dict[str, Any]:
    """Return the customer in an answer."""
    shown = books.http("GET", path).json()[root]
    first = shown[0] if isinstance(shown, list) else shown
    found: dict[str, Any] = first["customer"]
    return found


def shown_part(customer: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a shown customer that a test expects, in the form of the request."""
    part = {name: customer[name] for name in expected}
    pairs = ("key", "value", "display_in_invoice")
    part["metadata"] = [{name: pair[name] for name in pairs} for pair in customer["metadata"]]
    part["shipping_address"] = {
        name: value for name, value in customer["shipping_address"].items() if value
    }
    part["billing_configuration"] = {
        name: customer["billing_configuration"][name] for name in expected["billing_configuration"]
    }
    return part


KEPT_OLD = {**OLD, **{name: NEW[name] for name in LIVE}}
"""What an issued document shows after the change."""


@pytest.fixture
def invoice_id(books: Books) -> str:
    """A paid invoice with a credit note; then everything about both parties has changed."""
    save(books, OLD, SELLER_OLD)
    invoice_id = books.invoice(customer_id(books))
    books.paid(invoice_id, 1200)
    return invoice_id


def credit(books: Books, invoice_id: str, amount: int = 200) -> str:
    """Return the id of a new credit note over a fee of the invoice."""
    (fee,) = books.client.invoices.find(invoice_id).fees.__root__
    items = [{"fee_id": fee.lago_id, "amount_cents": amount}]
    body = {"invoice_id": invoice_id, "reason": "other", "credit_amount_cents": 240, "items": items}
    answer = books.http("POST", "/credit_notes", json={"credit_note": body})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["credit_note"]["lago_id"])


def paper(books: Books, kind: str, row_id: str) -> list[str]:
    """Return the lines of the document's PDF."""
    answer = books.http("POST", f"/{kind}s/{row_id}/download").json()
    return printed(answer[kind]["file_url"])[1]


BUYER_ON_PAPER = ["Bakery Ltd", "1 Mill Lane", "Yard", "SW1 London", "Old State", "GB"]


def test_the_paper_never_changes(books: Books, invoice_id: str) -> None:
    """The invoice, its credit note and the VOID copy show the parties of the issue."""
    note_id = credit(books, invoice_id)
    before = paper(books, "invoice", invoice_id), paper(books, "credit_note", note_id)
    save(books, NEW, SELLER_NEW)
    after = paper(books, "invoice", invoice_id), paper(books, "credit_note", note_id)
    assert after == before
    assert set(BUYER_ON_PAPER) | {"Acme Ltd", "Paris", "Tax number GB1"} < set(after[0])
    assert books.http("POST", f"/invoices/{invoice_id}/void").status_code == 200
    void = paper(books, "invoice", invoice_id)
    assert "VOID" in void
    assert set(BUYER_ON_PAPER) | {"Acme Ltd", "Paris", "old@bakery.example"} < set(void)
    assert not [text for text in void if "Steel" in text or "Zenith" in text]


def test_a_credit_note_shows_the_parties_of_its_own_date(books: Books, invoice_id: str) -> None:
    """It names the invoice beside them, whose own paper stays as it was."""
    save(books, NEW, SELLER_NEW)
    note_id = credit(books, invoice_id)
    said = paper(books, "credit_note", note_id)
    number = books.the(Invoice, invoice_id, invoices={invoice_id}).number
    expected = {"Steel Works GmbH", "2 Hafen", "20259 Hamburg", "Zenith AG", f"Invoice {number}"}
    assert expected < set(said)
    assert not [text for text in said if "Bakery" in text or "Acme" in text]
    assert set(BUYER_ON_PAPER) < set(paper(books, "invoice", invoice_id))
    shown = nested(books, f"/credit_notes/{note_id}", "credit_note")
    assert shown_part(shown, NEW) == NEW


@pytest.mark.parametrize("path", ["/invoices/{invoice}", "/invoices", "/credit_notes/{note}"])
def test_answers_show_the_customer_as_it_stood(books: Books, invoice_id: str, path: str) -> None:
    """Ids, links and settings are those of today; everything else is that of the issue."""
    note_id = credit(books, invoice_id)
    save(books, NEW, SELLER_NEW)
    root = path.split("/")[1]
    root = root.removesuffix("s") if "{" in path else root
    shown = nested(books, path.format(invoice=invoice_id, note=note_id), root)
    assert shown_part(shown, OLD) == KEPT_OLD
    assert shown["applicable_timezone"] == "Europe/London"
    assert shown["billing_entity_code"] == "zenith"
    assert shown["billing_configuration"].keys() == set(BILLING)
    live = books.http("GET", "/customers/cust_1").json()["customer"]
    assert shown_part(live, NEW) == NEW
    for name in ("lago_id", "external_id", "slug", "sequential_id", "created_at", "updated_at"):
        assert shown[name] == live[name]


def test_a_draft_shows_the_customer_of_today(books: Books) -> None:
    """Its later finalization keeps that."""
    save(books, OLD, SELLER_OLD)
    draft_id = books.draft(customer_id(books))
    save(books, NEW, SELLER_NEW)
    assert shown_part(nested(books, f"/invoices/{draft_id}", "invoice"), NEW) == NEW
    assert books.http("PUT", f"/invoices/{draft_id}/finalize").status_code == 200
    save(books, OLD, SELLER_OLD)
    kept = {**NEW, **{name: OLD[name] for name in LIVE}}
    assert shown_part(nested(books, f"/invoices/{draft_id}", "invoice"), NEW) == kept
    assert "Steel Works GmbH" in paper(books, "invoice", draft_id)


def test_an_event_shows_the_document_as_issued_however_late_it_is_sent(
    books: Books, invoice_id: str
) -> None:
    """Events before and after the change show the same customer in the invoice."""
    save(books, NEW, SELLER_NEW)
    late = happened(books, lambda: books.http("POST", f"/invoices/{invoice_id}/void"))
    webhooks = [one for event in late for one in composed(books, event)]
    bodies = [one.payload[str(one.payload["object_type"])] for one in webhooks]
    customers = [body["customer"] for body in bodies if isinstance(body, dict)]
    assert len(customers) == len(webhooks) > 0
    assert [shown_part(one, OLD) for one in customers] == [KEPT_OLD] * len(customers)


def test_the_paper_of_a_void_is_dated_in_the_time_zone_of_the_issue(books: Books) -> None:
    """A move to the other side of the world does not move the day of the void."""
    customer = books.customer(timezone="Pacific/Pago_Pago")
    invoice_id = books.invoice(customer, line(1000))
    books.done(commands.VoidInvoice(invoice_id=invoice_id, note_id=new_id()))
    before = paper(books, "invoice", invoice_id)
    books.done(commands.SaveCustomer(customer_id=customer, timezone="Pacific/Kiritimati"))
    assert paper(books, "invoice", invoice_id) == before
