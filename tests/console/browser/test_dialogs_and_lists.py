"""What only a browser shows of the dialogs and the lists: focus, caret, downloads and columns."""

import csv
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from console.browser.checks import complaints
from console.browser.conftest import Opened
from console.browser.deeds import confirm_button, dialog, open_dialog, open_invoice, panel, row
from console.world import Console, Tenant
from polaris.console.columns import COLUMNS
from polaris.engine import new_id
from polaris.operators.roles import Role


@pytest.fixture
def tenant(console: Console) -> Tenant:
    return console.tenant


def test_a_wrong_amount_is_marked_while_it_is_typed(page: Page, tenant: Tenant) -> None:
    """The field keeps the focus and the caret, and loses the mark when the amount is right."""
    open_invoice(page, tenant.paid())
    refund = open_dialog(page, "Void invoice").get_by_label("Refund to the payment method")
    refund.fill("1300.00")
    for _ in range(3):
        refund.press("ArrowLeft")
    expect(refund).to_have_attribute("aria-invalid", "true")
    expect(refund).to_have_accessible_description("At most USD 1,200.00. Up to USD 1,200.00")
    expect(refund).to_be_focused()
    assert refund.evaluate("(field) => field.selectionStart") == 4
    expect(confirm_button(page)).to_be_hidden()
    assert complaints(page) == []
    refund.press("Backspace")  # 130.00
    expect(confirm_button(page)).to_contain_text("and refund USD 130.00")
    expect(refund).not_to_have_attribute("aria-invalid", "true")
    expect(refund).to_have_accessible_description("Up to USD 1,200.00")
    expect(dialog(page).get_by_label("Credit", exact=True)).not_to_have_attribute(
        "aria-invalid", "true"
    )


# ---------------------------------------------------------------- columns


def test_columns_are_chosen_by_keys(opened: Opened, tenant: Tenant) -> None:
    """Also without a script. The list keeps its filter and its open invoice."""
    bill = tenant.draft("Juniper Books")
    page = opened(Role.VIEWER, java_script_enabled=False).page
    page.goto(f"/billing/invoices?status=draft&q={bill.customer_id}&open={bill.id}")
    before = page.url
    page.get_by_text("Columns", exact=True).focus()
    page.keyboard.press("Enter")
    for _ in COLUMNS:
        page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="Outstanding")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    headings = page.get_by_role("columnheader")
    expect(headings.filter(has_text="Outstanding")).to_have_count(0)
    expect(headings.filter(has_text="Total").first).to_be_visible()
    assert page.url == before
    expect(panel(page)).to_contain_text(bill.id)


def test_the_customer_stays_visible_beside_an_open_panel(page: Page, tenant: Tenant) -> None:
    """Two drafts of the same amount differ only by their customers."""
    bills = {name: tenant.draft(f"{name} {new_id()[-8:]}") for name in ("Ada", "Bob")}
    for width in (1440, 1200):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"/billing/invoices?status=draft&open={bills['Ada'].id}")
        expect(panel(page)).to_contain_text(bills["Ada"].id)
        for name, bill in bills.items():
            expect(row(page, bill).get_by_text(f"{name} ").locator("visible=true")).to_have_count(1)
    page.get_by_text("Columns", exact=True).click()
    expect(page.get_by_role("checkbox", name="Outstanding")).to_be_visible()
    assert complaints(page) == []


# ---------------------------------------------------------------- the export


def test_the_downloaded_file_has_the_rows_of_the_list(page: Page, tenant: Tenant) -> None:
    """Each row of the list, in its order, with its number, status, customer and amounts."""
    name = f"Export {new_id()[-8:]}"
    bills = [tenant.issued(name), tenant.paid(name), tenant.draft(name)]
    page.goto(f"/billing/invoices?q={name.replace(' ', '+')}&sort=created&dir=asc")
    expect(page.locator("tr[data-id]")).to_have_count(3)
    shown = [
        [" ".join(text.split()) for text in one.locator("td").all_inner_texts()]
        for one in page.locator("tr[data-id]").all()
    ]
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Export").click()
    with open(downloading.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [line["id"] for line in rows] == [bill.id for bill in bills]
    for line, (number, status, customer, *_, total, outstanding) in zip(rows, shown, strict=True):
        assert number.startswith(line["number"] or "Draft")
        assert line["status"].capitalize() == status
        assert customer == f"{line['customer_name']} {line['customer_email']}"
        assert total == f"USD {Decimal(line['total']):,}"
        owed = Decimal(line["outstanding"])
        assert outstanding == (f"USD {owed:,}" if owed else "—")
    assert [line["outstanding_minor"] for line in rows] == ["120000", "0", "0"]
