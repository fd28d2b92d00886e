"""The link that a download answers, and its PDF."""

import re
import time
from decimal import Decimal
from io import BytesIO
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from dialects.lago.books import VAT, Books, line
from polaris.api.file_links import KEY_KIND, LINK_SECONDS, Link, NoSuchFile
from polaris.core import commands
from polaris.core.commands.values import AddressChange, CreditedLine, NewLine, TaxRate
from polaris.documents.compose import LONGEST, MOST_LINES
from polaris.engine import new_id
from polaris.keys import KeyScope
from polaris.store.engine.write import signing_key

NO_FILE = {"error": "not_found", "message": NoSuchFile.__doc__}
OPENED = re.compile(r"(http://[^/]+)/files/([a-z_]+)\.([0-9a-f-]+)\.([0-9a-f-]+)\.(\d+)\.")


def printed(url: str) -> tuple[httpx.Response, list[str]]:
    """Open the link without a key; return the answer, and the lines of text of the PDF."""
    answer = httpx.get(url, timeout=30)
    assert answer.status_code == 200, answer.text
    reader = PdfReader(BytesIO(answer.content))
    return answer, [said for page in reader.pages for said in page.extract_text().splitlines()]


def detailed(books: Books) -> str:
    """Create a customer with every field that is printed."""
    return books.customer(
        "bakery",
        name="Bakery",
        email="till@bakery.example",
        legal_name="Bakery & Sons Ltd",
        tax_number="GB123",
        address=AddressChange(line1="1 Mill Lane", postal_code="SW1", city="London", country="GB"),
    )


def test_an_invoice_on_paper(books: Books, client: Any) -> None:
    """The PDF has every figure of the JSON; the link needs no key."""
    invoice_id = books.invoice(
        detailed(books),
        line(1000, VAT),
        NewLine(description="Goodwill", amount_minor=500, discount_minor=100, taxes=(VAT,)),
        purchase_order_number="PO-7",
    )
    books.paid(invoice_id, 600)
    shown = client.invoices.download(invoice_id)
    assert (shown.lago_id, shown.status) == (invoice_id, "finalized")
    answer, said = printed(shown.file_url)
    assert answer.headers["content-type"] == "application/pdf"
    named = answer.headers["content-disposition"]
    assert named == f'inline; filename="{shown.number}.pdf"'
    assert shown.number in said
    assert {"Bakery & Sons Ltd", "1 Mill Lane", "SW1 London", "GB", "Tax number GB123"} < set(said)
    assert {"till@bakery.example", "Purchase order PO-7"} < set(said)
    assert {"Service 1 10.00 10.00", "Goodwill 1 5.00 5.00"} < set(said)
    sums = said[said.index("Subtotal €15.00") :]
    assert sums[:6] == [
        "Subtotal €15.00",
        "Discount -€1.00",
        "VAT 20 % €2.80",
        "Total €16.80",
        "Paid -€6.00",
        "Amount due €10.80",
    ]
    assert not [word for word in said if "VOID" in word]


def test_a_voided_invoice_says_so_through_the_link_of_before(books: Books, client: Any) -> None:
    """The PDF shows the invoice as it is when the link is opened."""
    invoice_id = books.invoice(books.customer())
    before = client.invoices.download(invoice_id).file_url
    assert not [word for word in printed(before)[1] if "VOID" in word]
    client.invoices.void(invoice_id)
    _, said = printed(before)
    assert [word for word in said if word.startswith("VOID · ")]
    assert "VOID" in said
    assert "Amount due €0.00" in said
    again = client.invoices.download(invoice_id)
    assert (again.status, printed(again.file_url)[1]) == ("voided", said)


def sums(books: Books, invoice_id: str) -> list[str]:
    """Return the printed lines from the subtotal to the amount due."""
    _, said = printed(books.client.invoices.download(invoice_id).file_url)
    first = next(at for at, word in enumerate(said) if word.startswith("Subtotal"))
    last = next(at for at, word in enumerate(said) if word.startswith("Amount due"))
    return said[first : last + 1]


def test_every_step_to_what_is_due(books: Books) -> None:
    """Credits, payments and write-offs are printed, and each column adds up."""
    invoice_id = books.invoice(books.customer())
    (fee,) = books.client.invoices.find(invoice_id).fees.__root__
    books.done(
        commands.IssueCreditNote(
            note_id=new_id(),
            invoice_id=invoice_id,
            reason="other",
            lines=(CreditedLine(line_id=fee.lago_id, amount_minor=200),),
            offset_minor=240,
        ),
    )
    books.paid(invoice_id, 600)
    books.done(
        commands.WriteOffInvoice(write_off_id=new_id(), invoice_id=invoice_id, amount_minor=60)
    )
    assert sums(books, invoice_id) == [
        "Subtotal €10.00",
        "VAT 20 % €2.00",
        "Total €12.00",
        "Credited by notes -€2.40",
        "Paid -€6.00",
        "Written off -€0.60",
        "Amount due €3.00",
    ]


def test_what_rounding_each_tax_makes_is_said(books: Books) -> None:
    """Two halves of a cent are one cent together, and two when each is rounded by itself."""
    halves = [TaxRate(code=code, name=code, rate=Decimal(1)) for code in ("a", "b")]
    invoice_id = books.invoice(books.customer(), line(50, *halves))
    assert sums(books, invoice_id)[1:5] == [
        "a 1 % €0.01",
        "b 1 % €0.01",
        "Rounding -€0.01",
        "Total €0.51",
    ]


def test_a_very_long_invoice_says_what_is_left_out(books: Books) -> None:
    count = MOST_LINES + 7
    invoice_id = books.invoice(books.customer(), *(line(1) for _ in range(count)))
    _, said = printed(books.client.invoices.download(invoice_id).file_url)
    assert "And 7 more lines, which are in the sums." in said
    assert f"Total €{count / 100:.2f}" in said


def test_a_text_of_any_length_leaves_room(books: Books) -> None:
    endless = NewLine(description="word " * 5000, amount_minor=100)
    _, said = printed(
        books.client.invoices.download(books.invoice(books.customer(), endless)).file_url
    )
    assert len(" ".join(said)) < 2 * LONGEST


def credited(books: Books, invoice_id: str) -> str:
    """A credit note of 200 and a fifth of tax, all of it kept as credit."""
    (fee,) = books.client.invoices.find(invoice_id).fees.__root__
    note_id = new_id()
    books.done(
        commands.IssueCreditNote(
            note_id=note_id,
            invoice_id=invoice_id,
            reason="other",
            description="One was broken",
            lines=(CreditedLine(line_id=fee.lago_id, amount_minor=200),),
            credit_minor=240,
        )
    )
    return note_id


def test_a_credit_note_on_paper(books: Books, client: Any) -> None:
    invoice_id = books.invoice(books.customer())
    books.paid(invoice_id, 1200)
    note_id = credited(books, invoice_id)
    shown = client.credit_notes.download(note_id)
    assert shown.number == f"{shown.invoice_number}-CN001"
    _, said = printed(shown.file_url)
    assert said[0].endswith("Credit note")
    assert {shown.number, f"Invoice {shown.invoice_number}"} < set(said)
    sums = said[said.index("Subtotal €2.00") :]
    assert sums[:5] == [
        "Subtotal €2.00",
        "VAT 20 % €0.40",
        "Total €2.40",
        "Kept as credit: €2.40.",
        "One was broken",
    ]
    books.done(commands.VoidCreditNote(note_id=note_id))
    _, after = printed(shown.file_url)
    assert [word for word in after if word.startswith("VOID · ")]


def test_the_seller_is_the_organization(books: Books, client: Any) -> None:
    address = AddressChange(city="Paris", country="FR")
    books.done(
        commands.SaveTenant(tenant_id=books.tenant_id, legal_name="Acme Holding", address=address)
    )
    _, said = printed(client.invoices.download(books.invoice(books.customer())).file_url)
    assert said[:3] == ["Acme Holding", "Paris", "FR"]


@pytest.mark.parametrize("route", ["download", "download_pdf"])
def test_both_routes_answer_the_base_fields(books: Books, route: str) -> None:
    invoice_id = books.invoice(books.customer())
    shown = books.http("POST", f"/invoices/{invoice_id}/{route}").json()["invoice"]
    assert shown["file_url"].startswith(f"{books.url}/files/invoice.")
    assert not {"fees", "customer", "credits", "applied_taxes"} & shown.keys()
    note_id = credited(books, invoice_id)
    note = books.http("POST", f"/credit_notes/{note_id}/{route}").json()["credit_note"]
    assert note["file_url"].startswith(f"{books.url}/files/credit_note.")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/invoices/{draft}/download", "invoice_not_found"),
        ("/invoices/{closed}/download", "invoice_not_found"),
        ("/invoices/{unknown}/download", "invoice_not_found"),
        ("/invoices/7/download", "invoice_not_found"),
        ("/credit_notes/{unknown}/download", "credit_note_not_found"),
        ("/credit_notes/7/download_pdf", "credit_note_not_found"),
        ("/invoices/{finalized}/download_xml", "resource_not_found"),
        ("/credit_notes/{unknown}/download_xml", "resource_not_found"),
    ],
)
def test_what_has_no_paper(books: Books, path: str, code: str) -> None:
    customer = books.customer()
    closed = books.draft(customer)
    books.done(commands.DeleteDraft(invoice_id=closed))
    named = {
        "draft": books.draft(customer),
        "closed": closed,
        "unknown": new_id(),
        "finalized": books.invoice(customer),
    }
    answer = books.http("POST", path.format_map(named))
    assert answer.status_code == 404
    assert answer.json() == {"status": 404, "error": "Not Found", "code": code}


def test_a_link_is_asked_for_with_a_key_that_may_write(books: Books) -> None:
    reads = books.new_key(KeyScope.READ)
    answer = books.http("POST", f"/invoices/{books.invoice(books.customer())}/download", reads)
    assert answer.json()["code"] == "write_action_not_allowed_for_invoice"


# ---------------------------------------------------------------- invalid links


def key_of(books: Books) -> str:
    """Return the tenant's signing key; create it if there is none."""
    with books.database.connect() as connection:
        return signing_key(connection, books.tenant_id, KEY_KIND, new_id)


def file(books: Books, token: str) -> httpx.Response:
    return httpx.get(f"{books.url}/files/{token}", timeout=30)


def test_a_link_ends_after_a_day(books: Books) -> None:
    invoice_id = books.invoice(books.customer())
    url = books.client.invoices.download(invoice_id).file_url
    found = OPENED.match(url)
    assert found
    assert int(found[5]) == pytest.approx(time.time() + LINK_SECONDS, abs=30)
    link = Link("invoice", books.tenant_id, invoice_id, int(time.time()) - 1)
    assert file(books, link.token(key_of(books))).json() == NO_FILE
    later = link._replace(until=link.until + 60)
    assert file(books, later.token(key_of(books))).status_code == 200


def test_a_link_is_good_for_what_it_was_signed_for(books: Books, shared: Books) -> None:
    """A changed kind, id, tenant or time makes the signature invalid, and so does another key."""
    invoice_id, other = (books.invoice(books.customer(name)) for name in ("a", "b"))
    link = Link("invoice", books.tenant_id, invoice_id, int(time.time()) + 60)
    key = key_of(books)
    *_, signature = link.token(key).split(".")
    forged = [
        link._replace(kind="credit_note"),
        link._replace(row_id=other),
        link._replace(until=link.until + 1),
        link._replace(tenant_id=shared.tenant_id),
        link._replace(tenant_id=new_id()),
    ]
    tokens = [".".join([*map(str, one), signature]) for one in forged]
    tokens += [link.token(key_of(shared)), f"{link.token(key)}0", "x", "%00", "%F0%9F", "a/b"]
    said = {token: file(books, token) for token in tokens}
    assert [one.json() for one in said.values()] == [NO_FILE] * len(said)
    assert {one.status_code for one in said.values()} == {404}
    assert file(books, link.token(key)).status_code == 200
    foreign = link._replace(tenant_id=shared.tenant_id).token(key_of(shared))
    assert file(books, foreign).json() == NO_FILE


def test_a_stranger_makes_no_tenant_a_key(books: Books) -> None:
    link = Link("invoice", books.tenant_id, new_id(), int(time.time()) + 60)
    assert file(books, link.token("guessed")).json() == NO_FILE
    with books.database.connect() as connection:
        assert signing_key(connection, books.tenant_id, KEY_KIND, lambda: "first") == "first"
