"""The CSV file of the list of invoices: every row of the filter, and no formula."""

import csv
from collections import Counter
from decimal import Decimal
from io import StringIO

import pytest

from console.tenant import Tenant
from faults import world
from polaris.console.csv_export import csv_line, major
from polaris.core import commands

HERE = "/billing/invoices.csv"


def rows(tenant: Tenant, query: str = "") -> list[dict[str, str]]:
    """Return the rows of the file."""
    answer = tenant.get(f"{HERE}?{query}")
    assert answer.headers["content-disposition"].startswith('attachment; filename="invoices-')
    return list(csv.DictReader(StringIO(answer.text)))


def test_the_file_adds_up_to_the_sums_of_the_tab(tenant: Tenant) -> None:
    """1,050 invoices, more than one batch: the sums of the page, and each invoice once."""
    customer_id = tenant.customer("ada-1", "Ada Books")
    world.invoices(tenant.engine, tenant.id, [customer_id], 1050)
    tenant.invoice(customer_id, currency="JPY")
    tenant.draft(customer_id)
    found = rows(tenant, "status=finalized")
    assert len({row["id"] for row in found}) == len(found) == 1051
    sums: Counter[str] = Counter()
    for row in found:
        sums[row["currency"]] += int(row["total_minor"])
        assert Decimal(row["total"]) == major(int(row["total_minor"]), row["currency"])
    assert sums == {"EUR": 1050 * 1200, "JPY": 1200}
    said = tenant.words("/billing/invoices?status=finalized")
    assert "1,051 invoices · EUR 12,600.00 in total" in said
    assert "JPY 1,200 in total" in said
    german = tenant.browser().get("/billing/invoices?status=finalized", accept_language="de")
    assert "1.051 invoices" in german.text
    assert '<span class="count">1.051</span>' in german.text


def test_the_file_has_the_filter_and_the_order_of_the_list(tenant: Tenant) -> None:
    """Also when the list shows another page than the first."""
    ada, bob = tenant.customer("ada", "Ada"), tenant.customer("bob", "Bob")
    first, second = tenant.invoice(ada), tenant.invoice(ada)
    tenant.invoice(bob)
    tenant.perform(commands.VoidInvoice(invoice_id=second))
    assert [row["id"] for row in rows(tenant, "q=ada&sort=number&dir=asc")] == [first, second]
    assert [row["status"] for row in rows(tenant, "q=ada&sort=number&dir=asc")] == [
        "pending",
        "voided",
    ]
    assert [row["id"] for row in rows(tenant, f"status=voided&after=2020-01-01~{ada}")] == [second]


def test_a_name_that_begins_like_a_formula_is_text(tenant: Tenant) -> None:
    customer_id = tenant.customer("=cmd", '=HYPERLINK("x")', "@sum")
    tenant.invoice(customer_id)
    (row,) = rows(tenant)
    named = [row[name] for name in ("customer_external_id", "customer_name", "customer_email")]
    assert named == ["'=cmd", '\'=HYPERLINK("x")', "'@sum"]


def test_another_tenants_invoices_are_not_in_the_file(tenant: Tenant, foreign: Tenant) -> None:
    foreign.invoice(foreign.customer())
    assert rows(tenant) == []


@pytest.mark.parametrize("start", list("=+-@\t\r\n"))
def test_each_start_of_a_formula_is_quoted(start: str) -> None:
    """Only texts: a negative number stays a number."""
    (cell, number) = next(csv.reader(StringIO(csv_line([f"{start}1", -1]), newline="")))
    assert (cell, number) == (f"'{start}1", "-1")


def test_major_units_have_the_digits_of_their_currency() -> None:
    amounts = [
        f"{major(minor, code):f}" for minor, code in ((5, "EUR"), (-1200, "BHD"), (7, "JPY"))
    ]
    assert amounts == ["0.05", "-1.200", "7"]
