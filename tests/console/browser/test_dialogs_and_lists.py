"""What only a browser shows of the dialogs and the lists: focus, caret, downloads and columns."""

import pytest
from playwright.sync_api import Page, expect

from console.browser.checks import complaints
from console.browser.deeds import confirm_button, dialog, open_dialog, open_invoice
from console.world import Console, Tenant


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
