"""The list of customers, the tabs of one customer, and its statement."""

import csv
from io import StringIO

import pytest

from console.tenant import LONG_AGO, TODAY, Tenant
from polaris.core import commands
from polaris.core.facts.payment import RefundState
from polaris.engine import new_id
from polaris.operators.roles import Role

SOMEBODY = "01a22280-2a91-77d9-baa4-6de044950f9b"
EVIL = "<script>alert(1)</script>"
TABS = ("overview", "invoices", "credit_notes", "wallets", "payments", "statement")


def busy_customer(tenant: Tenant) -> str:
    """A customer with two invoices of 1,200 (one overdue), and every kind of credit."""
    customer_id = tenant.customer("ada-1", "Ada Books", "ada@books.example")
    tenant.invoice(customer_id, overdue=True)
    second = tenant.invoice(customer_id)
    tenant.pay(customer_id, 500, second)
    tenant.pay(customer_id, 300)
    tenant.note(customer_id, 100)
    wallet_id = new_id()
    tenant.perform(
        commands.OpenWallet(wallet_id=wallet_id, customer_id=customer_id, currency="EUR"),
        commands.GrantCredits(lot_id=new_id(), wallet_id=wallet_id, amount_minor=50),
    )
    return customer_id


def test_the_list_shows_what_each_customer_owes_and_has(tenant: Tenant) -> None:
    """1,200 + 700 are outstanding, 1,200 are overdue, and 300 + 100 + 50 are credit."""
    busy_customer(tenant)
    said = tenant.words("/billing/customers")
    row = "Ada Books ada@books.example ada-1 EUR 19.00 EUR 12.00 EUR 4.50 2"
    assert row in said


def test_the_list_is_searched_sorted_and_paged(tenant: Tenant) -> None:
    """By name, and by what is owed; fifty on a page; each customer once."""
    ids = [tenant.customer(f"c-{number:02}", f"Name {number:02}") for number in range(60)]
    tenant.invoice(ids[31])
    assert (
        "Name 31"
        in tenant.get("/billing/customers?sort=outstanding").text.partition("</tr>")[2][:600]
    )
    first = tenant.get("/billing/customers?sort=name&dir=asc").text
    assert first.count("row-link") == 50
    assert first.index("Name 00") < first.index("Name 01") < first.index("Name 49")
    second = next_page(first)
    rest = tenant.get(second).text
    assert rest.count("row-link") == 10
    assert "Name 50" in rest
    assert "Name 49" not in rest
    found = tenant.words("/billing/customers?q=name+3")
    assert "10 customers" in found
    assert "No customer matches" in tenant.words("/billing/customers?q=nobody")


def next_page(page: str) -> str:
    """Return the address of the link to the next page."""
    return page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")


@pytest.mark.parametrize("text", ["ada-1", "ADA@books.example"])
def test_a_search_for_an_id_or_an_email_opens_the_customer(tenant: Tenant, text: str) -> None:
    """Only an exact match opens; a part shows the list."""
    customer_id = tenant.customer("ada-1", "Ada Books", "ada@books.example")
    opened = tenant.get(f"/billing/customers?q={text}", status=303)
    assert opened.headers["location"] == f"/billing/customers/{customer_id}"
    tenant.get("/billing/customers?q=ada")
    named = tenant.get("/billing/customers/ada-1", status=303)
    assert named.headers["location"] == f"/billing/customers/{customer_id}"


def test_every_tab_shows_what_it_should(tenant: Tenant) -> None:
    """Balances by kind, the invoices, notes, wallets and payments."""
    customer_id = busy_customer(tenant)
    here = f"/billing/customers/{customer_id}"
    overview = tenant.words(here)
    assert "EUR 12.00 overdue" in overview
    assert "EUR 19.00 12.00 1.00 3.00 — 0.50" in overview
    assert "INV-000001 Overdue" in tenant.words(f"{here}?show=invoices")
    assert "CN-000001 Other Available" in tenant.words(f"{here}?show=credit_notes")
    assert "Granted" in tenant.words(f"{here}?show=wallets")
    assert "Succeeded card EUR 5.00 5.00" in tenant.words(f"{here}?show=payments")


def test_the_statement_runs_from_the_opening_to_the_closing_balance(tenant: Tenant) -> None:
    """1,200 + 1,200 - 500 - 300 - 100 = 1,500: what is owed, less the credit that is money."""
    customer_id = busy_customer(tenant)
    here = f"/billing/customers/{customer_id}?show=statement"
    assert "Owed by the customer EUR 15.00" in tenant.words(here)
    later = tenant.words(f"{here}&from={TODAY}")
    assert "Opening balance 12.00" in later
    assert "EUR 15.00" in later
    early = tenant.words(f"{here}&to={LONG_AGO}")
    assert "EUR 12.00" in early
    assert "Payment" not in early.partition("Statement of account")[2]


def test_the_statement_of_a_void_ends_with_the_money_that_is_owed_back(tenant: Tenant) -> None:
    """1,200 paid, voided with a refund of 400: the customer has 1,200, then 800 in credit."""
    customer_id = tenant.customer()
    invoice_id = tenant.invoice(customer_id)
    tenant.pay(customer_id, 1200, invoice_id)
    tenant.perform(commands.VoidInvoice(invoice_id=invoice_id, refund_minor=400))
    path = f"/billing/customers/{customer_id}/statement.csv"
    assert balances(tenant.get(path).text) == ["1200", "0", "-1200"]
    assert "Held for voided invoices" in tenant.words(f"/billing/customers/{customer_id}")
    assert "EUR — — — — 8.00 —" in tenant.words(f"/billing/customers/{customer_id}")
    with tenant.database.connect() as connection:
        query = "select id::text from refund where tenant_id = %(t)s"
        ((refund_id,),) = connection.execute(query, {"t": tenant.id}).fetchall()
    tenant.perform(commands.UpdateRefund(refund_id=refund_id, state=RefundState.SETTLED))
    assert balances(tenant.get(path).text) == ["1200", "0", "-1200", "-800"]


def balances(text: str) -> list[str]:
    """Return the balance after each line of a statement in minor units."""
    return [row["balance_minor"] for row in csv.DictReader(StringIO(text))]


def test_a_statement_file_has_major_and_minor_units_and_no_formula(tenant: Tenant) -> None:
    """A reference that begins with `=` is written as text; a negative amount stays a number."""
    customer_id = tenant.customer()
    tenant.perform(
        commands.ReceivePayment(
            payment_id=new_id(),
            customer_id=customer_id,
            currency="EUR",
            amount_minor=1234,
            reference="=1+1",
        )
    )
    answer = tenant.get(f"/billing/customers/{customer_id}/statement.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(StringIO(answer.text))
    assert (row["document"], row["amount"], row["amount_minor"]) == ("'=1+1", "-12.34", "-1234")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=yesterday", "This is not a day. Type it like 2026-01-31."),
        ("from=2026-02-01&to=2026-01-01", "The last day is before the first one."),
    ],
)
def test_a_day_that_cannot_be_read_is_named_at_its_field(
    tenant: Tenant, query: str, sentence: str
) -> None:
    here = f"/billing/customers/{tenant.customer()}"
    assert sentence in tenant.words(f"{here}?show=statement&{query}")
    assert sentence in tenant.get(f"{here}/statement.csv?{query}", status=422).text


@pytest.mark.parametrize("place", ["x", "x~y", f"x~{SOMEBODY}", "%00~1", f"2026~{SOMEBODY}"])
def test_a_page_that_starts_nowhere_is_the_first_page(tenant: Tenant, place: str) -> None:
    """A broken address never breaks the page."""
    customer_id = busy_customer(tenant)
    assert "Ada Books" in tenant.words(f"/billing/customers?after={place}&sort=outstanding")
    assert "Ada Books" in tenant.words(f"/billing/customers?after={place}")
    shown = tenant.words(f"/billing/customers/{customer_id}?show=payments&after={place}")
    assert "card" in shown
    assert "INV-000001" in tenant.words(f"/billing/invoices?after={place}")


def test_a_deleted_customer_is_only_found_by_its_address(tenant: Tenant) -> None:
    """Its invoices still link to it."""
    customer_id = tenant.customer("gone", "Gone Ltd")
    tenant.perform(commands.DeleteCustomer(customer_id=customer_id))
    assert "Gone Ltd" not in tenant.words("/billing/customers")
    assert "Deleted" in tenant.words(f"/billing/customers/{customer_id}")
    tenant.get("/billing/customers/gone", status=404)


def test_names_are_text(tenant: Tenant) -> None:
    """A name never becomes markup, on any tab."""
    customer_id = tenant.customer(EVIL, EVIL, EVIL)
    tenant.invoice(customer_id)
    tenant.note(customer_id, 100, EVIL)
    pages = [f"/billing/customers/{customer_id}?show={tab}" for tab in TABS]
    for path in ("/billing/customers", "/billing/credit-notes", *pages):
        assert EVIL not in tenant.get(path).text
        assert "&lt;script&gt;" in tenant.get(path).text


def test_another_tenants_customer_is_not_there(tenant: Tenant, foreign: Tenant) -> None:
    """Neither its page, nor its statement, nor its rows in the list."""
    customer_id = busy_customer(foreign)
    tenant.get(f"/billing/customers/{customer_id}", status=404)
    tenant.get(f"/billing/customers/{customer_id}/statement.csv", status=404)
    assert "No customers yet" in tenant.words("/billing/customers")
    for role in Role:
        foreign.get(f"/billing/customers/{customer_id}", role)
