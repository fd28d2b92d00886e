"""The list of invoices and the panel of one, over HTTP, on a server with two workers."""

import html
import re

import httpx
import pytest

from console.tenant import SCRIPT, Tenant
from faults import world
from operators.staff import Browser, Staff
from polaris.audit.sealer import seal_pending
from polaris.core.commands import DraftInvoice, VoidInvoice
from polaris.core.commands.values import NewLine
from polaris.engine import new_id

# ---------------------------------------------------------------- the list


def test_the_tabs_count_what_they_list(browser: Browser, tenant: Tenant) -> None:
    tenant.draft()
    tenant.invoice()
    paid = tenant.invoice(paid_minor=1200)
    voided = tenant.invoice()
    tenant.perform(VoidInvoice(invoice_id=voided))
    page = browser.get("/billing/invoices")
    assert counts(page) == {
        "All": "4", "Draft": "1", "Finalized": "2", "Pending": "1", "Overdue": "0",
        "Paid": "1", "Voided": "1",
    }  # fmt: skip  # a row of names and numbers
    assert sorted(numbers(page)) == ["Draft", "INV-000001", "INV-000002", "INV-000003"]
    assert numbers(browser.get("/billing/invoices?status=paid")) == ["INV-000002"]
    assert (
        "EUR\N{NO-BREAK SPACE}24.00 in total"
        in browser.get("/billing/invoices?status=finalized").text
    )
    assert tenant.whole(paid).invoice.number == "INV-000002"


@pytest.mark.parametrize("text", ["INV-000002", "ID", "{id}"])
def test_the_only_match_is_opened(browser: Browser, tenant: Tenant, text: str) -> None:
    tenant.invoice()
    second = tenant.invoice()
    asked = {"INV-000002": "INV-000002", "ID": second, "{id}": second.upper()}[text]
    answer = browser.get(f"/billing/invoices?q={asked}")
    assert answer.status_code == 303
    assert f"open={second}" in answer.headers["location"]
    assert "INV-000002" in browser.get(answer.headers["location"]).text


def test_several_matches_are_listed(browser: Browser, tenant: Tenant) -> None:
    tenant.invoice()
    tenant.invoice()
    page = browser.get("/billing/invoices?q=pay@acme.example")
    assert sorted(numbers(page)) == ["INV-000001", "INV-000002"]
    assert numbers(browser.get("/billing/invoices?q=nobody")) == []
    assert "No invoice matches" in browser.get("/billing/invoices?q=nobody").text


@pytest.mark.parametrize(
    "order", ["issue_date", "due_date", "created", "number", "customer", "total"]
)
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_go_forth_and_back(
    browser: Browser, tenant: Tenant, order: str, direction: str
) -> None:
    """The second page continues where the first ends, and its link back leads to the first."""
    tenant.perform(*(world.draft(new_id(), tenant.acme) for _ in range(53)))
    first = browser.get(f"/billing/invoices?sort={order}&dir={direction}")
    ids = re.findall(r'<tr data-id="([^"]+)"', first.text)
    link = html.unescape(re.findall(r'rel="next" href="([^"]+)"', first.text)[0])
    second = browser.get(link)
    rest = re.findall(r'<tr data-id="([^"]+)"', second.text)
    assert (len(ids), len(rest)) == (50, 3)
    assert not set(ids) & set(rest)
    back = html.unescape(re.findall(r'rel="prev" href="([^"]+)"', second.text)[0])
    assert re.findall(r'<tr data-id="([^"]+)"', browser.get(back).text) == ids


def test_amounts_are_compared_in_one_currency(browser: Browser, tenant: Tenant) -> None:
    """EUR 12.00 are 1,200 minor units, JPY 1,200 too; without a currency it is the tenant's."""
    tenant.draft()
    line = NewLine(description="Tea", amount_minor=1200)
    yen = DraftInvoice(invoice_id=new_id(), customer_id=tenant.acme, currency="JPY", lines=(line,))
    tenant.perform(yen)
    listed = browser.get("/billing/invoices?min=12&max=12")
    assert counts(listed)["All"] == "1"
    assert "EUR\N{NO-BREAK SPACE}12.00 in total" in listed.text
    assert "Total in EUR" in listed.text
    in_yen = browser.get("/billing/invoices?min=1200&currency=JPY")
    assert counts(in_yen)["All"] == "1"
    assert yen.invoice_id in in_yen.text


def test_the_address_leaves_out_what_is_empty(browser: Browser, tenant: Tenant) -> None:
    tenant.draft()
    answer = browser.get("/billing/invoices?q=acme%20b&currency=&from=&min=&status=draft", **SCRIPT)
    assert answer.headers["hx-push-url"] == "/billing/invoices?status=draft&q=acme+b"


def test_filters_that_cannot_be_read_are_named(browser: Browser, tenant: Tenant) -> None:
    tenant.invoice()
    page = browser.get("/billing/invoices?from=yesterday&min=1.234")
    assert "This is not a day. Type it like 2026-01-31." in page.text
    assert "This is not an amount in EUR. Type it like 1234.50." in page.text
    assert numbers(page) == ["INV-000001"]
    assert numbers(browser.get("/billing/invoices?min=12.00&max=12")) == ["INV-000001"]
    assert numbers(browser.get("/billing/invoices?min=12.01")) == []


def test_the_panel_shows_the_text_of_others_as_text(browser: Browser, tenant: Tenant) -> None:
    invoice_id = tenant.invoice()
    page = browser.get(f"/billing/invoices?open={invoice_id}")
    assert "Acme &lt;script&gt;" in page.text
    assert "<b>Works" not in page.text


def test_an_invoice_has_a_page_by_number_too(browser: Browser, tenant: Tenant) -> None:
    invoice_id = tenant.invoice()
    answer = browser.get("/billing/invoices/INV-000001")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/billing/invoices/{invoice_id}",
    )
    for name, words in (
        ("overview", "Where the status comes from"),
        ("payments", "What settled it"),
        ("ledger", "ACCOUNTS_RECEIVABLE"),
        ("timeline", "Finalize invoice"),
    ):
        assert words in browser.get(f"/billing/invoices/{invoice_id}?show={name}").text


def test_a_changed_audit_line_shows_on_the_timeline(
    browser: Browser, tenant: Tenant, staff: Staff
) -> None:
    invoice_id = tenant.invoice()
    path = f"/billing/invoices/{invoice_id}?show=timeline"
    warning = "This line of the audit log was changed after it was sealed."
    with staff.database.connect() as connection:
        seal_pending(connection, staff.tenant_id)
    assert warning not in browser.get(path).text
    with staff.database.connect() as connection:
        connection.execute(
            "update audit set actor = 'somebody else' where tenant_id = %s and subject_id = %s",
            (staff.tenant_id, invoice_id),
        )
    assert warning in browser.get(path).text


def test_another_tenants_invoice_is_not_found(
    browser: Browser, tenant: Tenant, foreign: Tenant
) -> None:
    mine, theirs = tenant.invoice(), foreign.invoice()
    assert browser.get(f"/billing/invoices/{mine}").status_code == 200
    for path in ("", "/finalize", "/void", f"/receipt/{new_id()}"):
        assert browser.get(f"/billing/invoices/{theirs}{path}").status_code == 404
    for path in ("/finalize", "/void", "/void/preview"):
        assert browser.post(f"/billing/invoices/{theirs}{path}").status_code == 404
    assert "There is no such invoice" in browser.get(f"/billing/invoices?open={theirs}").text


def test_pages_have_the_security_headers(browser: Browser, tenant: Tenant) -> None:
    headers = browser.get("/billing/invoices").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_scripts_get_only_the_part_that_changes(browser: Browser, tenant: Tenant) -> None:
    invoice_id = tenant.invoice()
    part = browser.get(f"/billing/invoices?open={invoice_id}", hx_target="panel", **SCRIPT)
    assert part.text.lstrip().startswith("<article")
    rows = browser.get("/billing/invoices?status=pending", hx_target="list", **SCRIPT)
    assert "<html" not in rows.text
    assert numbers(rows) == ["INV-000001"]


def numbers(page: httpx.Response) -> list[str]:
    """Return the numbers of the listed invoices, in order."""
    return re.findall(r'class="row-link"[^>]*>([^<]*)</a>', page.text)


def counts(page: httpx.Response) -> dict[str, str]:
    """Return the number at each tab."""
    tabs = re.findall(r'>(\w+)<span class="count">([\d,]+)</span>', page.text)
    return dict(tabs)
