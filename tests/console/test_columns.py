"""The columns of the list of invoices: each operator chooses them, for each tenant."""

import re

from cli.terminal import Serving
from console.tenant import SCRIPT, Tenant
from operators.staff import Browser, Staff
from polaris.operators.roles import Role

LIST = "/billing/invoices"
USUAL = ["Status", "Customer", "Issued", "Due", "Total", "Outstanding"]


def headings(page: str) -> list[str]:
    """Return the names of the columns after the invoice's own."""
    head = page.partition("<thead>")[2].partition("</thead>")[0]
    cells = re.findall(r"<th.*?</th>", head, re.S)
    names = [re.sub(r"<[^>]*>", "", cell).strip() for cell in cells]
    assert names[0] == "Invoice"
    return names[1:]


def ticked(page: str) -> list[str]:
    """Return the columns whose boxes are ticked."""
    boxes = re.findall(r'<input type="checkbox"\s+name="column"[^>]*>', page)
    return [re.findall(r'value="(\w+)"', box)[0] for box in boxes if "checked" in box]


def choose(browser: Browser, *names: str, back: str = LIST) -> str:
    """Choose columns. Return the page that follows."""
    answer = browser.post(f"{LIST}/columns", {"column": list(names), "back": back})
    assert (answer.status_code, answer.headers["location"]) == (303, back)
    return browser.get(back).text


def test_the_chosen_columns_are_shown_in_the_order_of_the_list(
    browser: Browser, tenant: Tenant
) -> None:
    invoice_id = tenant.invoice()
    assert headings(browser.get(LIST).text) == USUAL
    page = choose(browser, "outstanding", "created", "customer")
    assert headings(page) == ["Customer", "Created", "Outstanding"]
    assert ticked(page) == ["customer", "created", "outstanding"]
    (row,) = re.findall(rf'<tr data-id="{invoice_id}".*?</tr>', page, re.S)
    assert len(re.findall("<td", row)) == 4
    assert headings(browser.get(f"{LIST}?status=pending", **SCRIPT).text) == headings(page)
    assert headings(choose(browser, "total")) == ["Total"]
    assert headings(choose(browser)) == []  # only the invoice itself


def test_the_choice_leaves_the_address_as_it_was(browser: Browser, tenant: Tenant) -> None:
    invoice_id = tenant.invoice()
    back = f"{LIST}?status=pending&q=acme&sort=total&open={invoice_id}&show=ledger"
    page = choose(browser, "total", back=back)
    assert headings(page) == ["Total"]
    assert f'data-invoice="{invoice_id}"' in page
    answer = browser.post(f"{LIST}/columns", {"back": "https://elsewhere.example/"})
    assert answer.headers["location"] == LIST


def test_the_choice_is_the_operators_own(
    serving: Serving, staff: Staff, browser: Browser, tenant: Tenant
) -> None:
    tenant.invoice()
    viewer = Browser.signed_in(serving.url, staff, staff.hire(Role.VIEWER))
    assert headings(choose(viewer, "total")) == ["Total"]
    assert headings(browser.get(LIST).text) == USUAL
    assert headings(viewer.get(LIST).text) == ["Total"]


def test_the_choice_is_no_saved_view(browser: Browser, tenant: Tenant) -> None:
    tenant.invoice()
    choose(browser, "total")
    assert "No views yet" in browser.get("/billing/views").text
    assert 'class="view"' not in browser.get(LIST).text


def test_an_unknown_column_is_left_out(browser: Browser, tenant: Tenant) -> None:
    tenant.invoice()
    assert headings(choose(browser, "total", "secret", "<b>")) == ["Total"]


def test_a_narrow_list_has_the_customer_below_the_number(browser: Browser, tenant: Tenant) -> None:
    """Drafts would look alike beside an open panel."""
    tenant.draft(tenant.customer("ada", "Ada Books"))
    below = '<span class="second if-narrow">Ada Books</span>'
    assert below in browser.get(LIST).text
    assert below not in choose(browser, "total")
