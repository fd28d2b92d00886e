"""What an operator does on a page, in the words of the page."""

import os
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from console.browser.pictures import write_small
from console.world import PASSWORD, Bill

PICTURES = Path(__file__).parents[3] / "docs" / "images"


def picture(page: Page, name: str) -> None:
    """Take a picture for the documentation, if the tests were asked for pictures."""
    if os.environ.get("POLARIS_SCREENSHOTS"):
        PICTURES.mkdir(exist_ok=True)
        # Without `caret` the page would be given inline styles, which its policy forbids.
        write_small(page.screenshot(caret="initial"), PICTURES / f"{name}.png")


def panel(page: Page) -> Locator:
    """Return the panel with the details of one invoice."""
    return page.get_by_role("complementary", name="Details")


def dialog(page: Page) -> Locator:
    """Return the dialog that is open."""
    return page.locator("dialog#dialog")


def row(page: Page, bill: Bill) -> Locator:
    """Return the row of an invoice in the list."""
    return page.locator(f'tr[data-id="{bill.id}"]')


def find(page: Page, text: str) -> None:
    """Search in the list of invoices."""
    page.get_by_role("searchbox", name="Search").fill(text)
    page.get_by_role("searchbox", name="Search").press("Enter")


def open_invoice(page: Page, bill: Bill) -> Locator:
    """Open the panel of an invoice by its address. Return the panel."""
    page.goto(f"/billing/invoices?open={bill.id}")
    expect(panel(page)).to_contain_text(bill.id)
    return panel(page)


def open_dialog(page: Page, name: str) -> Locator:
    """Click an action of the panel. Return its dialog."""
    panel(page).get_by_role("link", name=name).click()
    expect(dialog(page)).to_be_visible()
    return dialog(page)


def sign_in(page: Page, address: str) -> None:
    """Fill the form of the sign-in, on its page or in its dialog."""
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def expect_receipt(page: Page, sentence: str) -> Locator:
    """Expect that an action succeeded. Return its receipt, which the panel shows."""
    receipt = panel(page).get_by_role("region", name="Receipt")
    expect(receipt).to_contain_text(sentence)
    expect(dialog(page)).to_be_hidden()
    return receipt


def confirm_button(page: Page) -> Locator:
    """Return the button of the dialog that finalizes or voids."""
    return dialog(page).get_by_role("button", name=re.compile("^(Finalize|Void) "))
