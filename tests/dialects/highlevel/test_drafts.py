"""New drafts and updates: each field is kept, and the sums are right."""

from decimal import Decimal
from typing import Any

import pytest

from dialects.highlevel.books import CARA, OVEN, Books, refused
from polaris.core import commands
from polaris.core.commands.values import NewLine
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice, Line, Tax

VAT = {"_id": "vat", "name": "VAT", "rate": 20, "calculation": "exclusive"}


def update(books: Books, invoice: Any, **changes: Any) -> Any:
    """Update the draft."""
    body = {
        **books.location,
        "name": "New Invoice",
        "currency": "USD",
        "invoiceItems": [OVEN],
        "issueDate": "2026-01-05",
        "dueDate": "2026-01-19",
        **changes,
    }
    return books.call("update_invoice", invoice["_id"], body)


ADDRESS = {
    "addressLine1": "1 Main St",
    "addressLine2": "Floor 2",
    "city": "Boston",
    "state": "MA",
    "postalCode": "02101",
    "countryCode": "US",
}
CONTACT = {
    **CARA,
    "companyName": "Cara Inc.",
    "address": ADDRESS,
    "additionalEmails": [{"email": "books@example.com"}],
    "customFields": ["blue"],
}
BUSINESS = {
    "name": "Acme Kitchens",
    "address": ADDRESS,
    "phoneNo": "+1 555 0199",
    "website": "https://acme.example",
    "logoUrl": "https://acme.example/logo.png",
    "customValues": ["EIN 12-3456789"],
}
ITEM = {
    **OVEN,
    "amount": 100.25,
    "qty": 3,
    "description": "Steel",
    "productId": "p1",
    "priceId": "price1",
    "taxes": [VAT],
    "type": "one_time",
}


def test_a_draft_shows_what_was_sent(books: Books) -> None:
    draft = books.drafted(
        name="Kitchen",
        title="PROFORMA",
        termsNotes="Net 14",
        businessDetails=BUSINESS,
        contactDetails=CONTACT,
        items=[ITEM],
        invoiceNumber="7",
    )
    (line,) = draft.pop("invoiceItems")
    line_id = line.pop("_id")
    assert len(line_id) == 24
    assert line == {
        "name": "Oven",
        "description": "Steel",
        "productId": "p1",
        "priceId": "price1",
        "currency": "USD",
        "amount": 100.25,
        "qty": 3,
        "type": "one_time",
        "taxes": [{**VAT, "description": "", "taxId": "vat"}],
    }
    made = {name: draft.pop(name) for name in ("_id", "createdAt", "updatedAt")}
    assert made["createdAt"] == made["updatedAt"]
    assert draft == {
        **books.location,
        "status": "draft",
        "liveMode": True,
        "amountPaid": 0,
        "name": "Kitchen",
        "invoiceNumber": "7",
        "currency": "USD",
        "issueDate": "2026-01-05",
        "dueDate": "2026-01-19",
        "total": 360.9,
        "title": "PROFORMA",
        "amountDue": 360.9,
        "businessDetails": BUSINESS,
        "contactDetails": CONTACT,
        "discount": {"type": "fixed", "value": 0},
        "totalSummary": {"subTotal": 300.75, "discount": 0, "tax": 60.15},
        "automaticTaxesEnabled": False,
        "automaticTaxesCalculated": False,
        "termsNotes": "Net 14",
        "sentTo": {"email": ["cara@example.com"]},
    }


def test_a_draft_is_stored_in_minor_units(books: Books) -> None:
    """3 of 100.25 are 300.75; a fifth of them is 60.15."""
    draft = books.drafted(items=[{**OVEN, "amount": 100.25, "qty": 3, "taxes": [VAT]}])
    invoice_id = books.row_id(draft)
    facts = books.facts(invoices={invoice_id})
    row = facts.tables[Invoice][invoice_id]
    assert isinstance(row, Invoice)
    assert (row.net_minor, row.tax_minor, row.total_minor) == (30075, 6015, 36090)
    (line,) = facts.tables[Line].values()
    (tax,) = facts.tables[Tax].values()
    assert isinstance(line, Line)
    assert isinstance(tax, Tax)
    assert (line.unit_price, line.quantity) == (Decimal(10025), Decimal(3))
    assert line.gross_minor == 30075
    assert (tax.code, tax.amount_minor) == ("vat", 6015)


# ---------------------------------------------------------------- discounts

PLATE = {**OVEN, "name": "Plate", "amount": 0.5, "productId": "plate"}
CUP = {**OVEN, "name": "Cup", "amount": 0.51, "productId": "cup"}


@pytest.mark.parametrize(
    ("discount", "off", "total"),
    [
        # 10 % of 1.01 are 0.101, rounded 0.10
        ({"type": "percentage", "value": 10}, 0.1, 0.91),
        # 50 % of 1.01 are 0.505, rounded half up 0.51
        ({"type": "percentage", "value": 50}, 0.51, 0.5),
        ({"type": "percentage", "value": 100}, 1.01, 0),
        ({"type": "fixed", "value": 0.33}, 0.33, 0.68),
        ({"type": "fixed", "value": 1.01}, 1.01, 0),
        # 50 % of the cup alone are 0.255, rounded half up 0.26
        ({"type": "percentage", "value": 50, "validOnProductIds": ["cup"]}, 0.26, 0.75),
        ({"type": "percentage", "value": 0}, 0, 1.01),
    ],
)
def test_a_discount(books: Books, discount: dict[str, Any], off: float, total: float) -> None:
    draft = books.drafted(items=[PLATE, CUP], discount=discount)
    assert draft["totalSummary"] == {"subTotal": 1.01, "discount": off, "tax": 0}
    assert draft["total"] == total
    given = discount if off else {"type": "fixed", "value": 0}
    assert draft["discount"] == given
    assert books.send(draft["_id"])["total"] == total


def test_the_discount_comes_before_the_tax(books: Books) -> None:
    """A tenth off 100 leaves 90; a fifth of them is 18."""
    item = {**OVEN, "amount": 100, "taxes": [VAT]}
    draft = books.drafted(items=[item], discount={"type": "percentage", "value": 10})
    assert draft["totalSummary"] == {"subTotal": 100, "discount": 10, "tax": 18}
    assert draft["total"] == 108


# ---------------------------------------------------------------- contacts


def customers(books: Books) -> list[Customer]:
    with books.database.connect() as connection:
        found = connection.execute(
            "select id::text from customer where tenant_id = %s", [books.tenant_id]
        ).fetchall()
    rows = books.facts(customers={one for (one,) in found}).tables[Customer].values()
    return [row for row in rows if isinstance(row, Customer)]


def test_a_contact_becomes_a_customer_once(books: Books) -> None:
    books.drafted()
    books.drafted(contactDetails={**CARA, "companyName": "Cara Inc."})
    (customer,) = customers(books)
    assert (customer.external_id, customer.name) == ("contact_1", "Cara")
    assert (customer.email, customer.phone) == ("cara@example.com", "+1 555 0100")
    assert (customer.legal_name, customer.version) == ("Cara Inc.", 2)


def test_an_unchanged_contact_is_not_saved_again(books: Books) -> None:
    books.drafted()
    books.drafted()
    assert [customer.version for customer in customers(books)] == [1]


def test_a_contact_may_be_a_customer_of_another_dialect(books: Books) -> None:
    """It is found by its external id, and by the id that this dialect shows for it."""
    customer_id = books.customer("ada", name="Ada")
    invoice_id = books.draft(customer_id)
    shown = books.show(invoice_id.replace("-", "")[:24])
    short = shown["contactDetails"]["id"]
    assert short == customer_id.replace("-", "")[:24]
    for named in (short, "ada"):
        draft = books.drafted(contactDetails={"id": named, "name": "Ada"})
        assert draft["contactDetails"]["id"] == named
    assert [customer.id for customer in customers(books)] == [customer_id]


def test_a_refused_draft_makes_no_customer(books: Books) -> None:
    unknown = "currency: The currency is not an ISO 4217 code in use."
    with refused(422, [f"{unknown} Send a code in capitals, such as EUR."]):
        books.drafted(currency="XXX", items=[{**OVEN, "currency": "XXX"}])
    assert customers(books) == []


# ---------------------------------------------------------------- updates


def test_an_update_replaces_the_items_and_keeps_what_is_not_sent(books: Books) -> None:
    draft = books.drafted(title="PROFORMA", termsNotes="Net 14", invoiceNumber="7")
    changed = update(
        books, draft, name="B", invoiceItems=[PLATE, CUP], discount={"type": "fixed", "value": 0.01}
    )
    assert (changed["name"], changed["title"], changed["termsNotes"]) == ("B", "PROFORMA", "Net 14")
    assert (changed["invoiceNumber"], changed["total"]) == ("7", 1)
    assert [item["name"] for item in changed["invoiceItems"]] == ["Plate", "Cup"]
    assert changed["updatedAt"] > draft["updatedAt"]
    assert changed["contactDetails"] == draft["contactDetails"]
    again = update(books, draft, termsNotes="", invoiceNumber="")
    assert (again["termsNotes"], again["invoiceNumber"], again["total"]) == ("", "", 999)
    assert again["discount"] == {"type": "fixed", "value": 0}
    assert books.show(draft["_id"]) == again


def test_an_answer_can_be_sent_back_as_an_update(books: Books) -> None:
    draft = books.drafted(items=[{**OVEN, "taxes": [VAT]}], businessDetails={"name": "A"})
    again = update(
        books,
        draft,
        invoiceItems=draft["invoiceItems"],
        businessDetails=draft["businessDetails"],
        contactDetails=draft["contactDetails"],
        discount=draft["discount"],
    )
    own = ("updatedAt", "invoiceItems")
    assert {name: one for name, one in again.items() if name not in own} == {
        name: one for name, one in draft.items() if name not in own
    }


def test_an_update_changes_the_contact_but_not_for_another(books: Books) -> None:
    draft = books.drafted()
    changed = update(books, draft, contactDetails={**CARA, "name": "Cara B.", "email": ""})
    assert changed["contactDetails"]["name"] == "Cara B."
    assert changed["contactDetails"]["email"] == ""
    refusal = ["contactDetails.id must be that of the invoice: it cannot change"]
    for other in ({"contactDetails": {**CARA, "id": "c2"}}, {"contactId": "c2"}):
        with refused(422, refusal):
            update(books, draft, **other)
    with refused(422, ["currency must be USD: it cannot change"]):
        update(books, draft, currency="EUR")


def test_only_a_draft_is_updated_or_deleted(books: Books) -> None:
    invoice = books.sent()
    with refused(400, "Only a draft can be updated."):
        update(books, invoice, name="B")
    with refused(400, "Only a draft can be deleted. Void it instead."):
        books.call("delete_invoice", invoice["_id"], *books.location.values())
    assert books.show(invoice["_id"]) == invoice


def test_a_changed_discount_of_another_door_is_shown_as_an_amount(books: Books) -> None:
    """The engine replaces the lines: ten percent would not be true any more."""
    draft = books.drafted(discount={"type": "percentage", "value": 10})
    assert draft["discount"] == {"type": "percentage", "value": 10}
    lines = (NewLine(description="Oven", amount_minor=10000, discount_minor=500),)
    books.done(commands.EditDraft(invoice_id=books.row_id(draft), lines=lines))
    shown = books.show(draft["_id"])
    assert (shown["discount"], shown["total"]) == ({"type": "fixed", "value": 5}, 95)
