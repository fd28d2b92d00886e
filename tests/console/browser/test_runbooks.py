"""The how-to pages on the console are right: each step, each check, and each thing that goes wrong.

The pictures of the documentation are taken here, when `make docs` asks for them.
"""

import json
import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from cli.terminal import Serving
from console.browser.conftest import Opened
from console.browser.deeds import (
    confirm_button,
    dialog,
    expect_receipt,
    find,
    open_dialog,
    open_invoice,
    panel,
    picture,
    row,
    sign_in,
)
from console.browser.watched import Watched
from console.world import TOTAL, Console, Tenant, email
from polaris.core.commands import EditDraft, FinalizeInvoice, VoidInvoice
from polaris.core.commands.values import NewLine
from polaris.operators.roles import Role

ME = f"operator:{email(Role.OPERATOR)}"
UNCOVERED = """() => {
  const box = document.activeElement.getBoundingClientRect();
  return document.elementFromPoint(box.x + 4, box.y + box.height / 2) === document.activeElement;
}"""
"""True if nothing lies over the element that has the focus."""
WIDE = {"width": 1200, "height": 800}


@pytest.fixture
def tenant(console: Console) -> Tenant:
    return console.tenant


@pytest.fixture
def watch(opened: Opened) -> Watched:
    """A page of the size of the pictures."""
    return opened(viewport=WIDE)


# ---------------------------------------------------------------- void an invoice


def test_voiding_a_paid_invoice(page: Page, tenant: Tenant) -> None:
    bill = tenant.paid("Juniper Books", email="accounts@juniper-books.example")
    number = tenant.number(bill)

    # Open the invoice.
    page.goto("/billing/invoices")
    find(page, bill.email)
    expect(panel(page).get_by_role("heading", name=number)).to_be_visible()
    expect(panel(page)).to_contain_text(bill.id)
    picture(page, "void-panel")

    # Decide, and confirm.
    asked = open_dialog(page, "Void invoice")
    asked.get_by_label("Refund to the payment method").fill("700")
    asked.get_by_label("Credit", exact=True).fill("500")
    asked.get_by_label("Reason").select_option("duplicate")
    asked.get_by_label("Comment").fill("Billed twice, see ticket 4711.")
    meter = asked.get_by_role("group", name="Allocation")
    expect(meter).to_contain_text("refund 70000, credit 50000")
    effects = asked.get_by_role("list").filter(has_text=f"Invoice {number} becomes voided")
    expect(effects).to_contain_text("Refund to transfer")
    expect(effects).to_contain_text("Credit note CN-")
    asked.get_by_label(f"Type {number}").fill(number)
    assert page.evaluate(UNCOVERED)
    picture(page, "void-dialog")
    asked.get_by_role(
        "button", name=f"Void {number} and refund USD 700.00 and credit USD 500.00"
    ).click()

    # Verify.
    receipt = expect_receipt(page, "The invoice is voided.")
    expect(receipt.get_by_role("link", name="Credit note CN-")).to_be_visible()
    expect(receipt).to_contain_text("Refund queued")
    expect(receipt).to_contain_text("USD 700.00")
    picture(page, "void-receipt")
    expect(row(page, bill)).to_contain_text("Voided")
    expect_traces_of_the_void(page)
    page.goto(f"/billing/customers/{bill.customer_id}?show=credit_notes")
    expect(page.get_by_role("main")).to_contain_text("CN-")
    assert tenant.commands(bill, "VoidInvoice") == [(ME, "done")]
    assert tenant.events(bill, "invoice.voided") == 1


def expect_traces_of_the_void(page: Page) -> None:
    """Expect the credit note, the refund, and the request in the audit log."""
    panel(page).get_by_role("link", name="Payments and credit").click()
    refunds = panel(page).get_by_role("region", name="Refunds")
    expect(refunds).to_contain_text("USD 700.00")
    expect(refunds).to_contain_text("Requested")
    expect(panel(page).get_by_role("region", name="Credit notes")).to_contain_text("credit 500.00")
    panel(page).get_by_role("link", name="Timeline").click()
    void = panel(page).get_by_role("listitem").filter(has_text=email(Role.OPERATOR))
    void.get_by_text("Request").click()
    request = json.loads(void.locator("pre").inner_text())
    assert (request["reason"], request["refund_minor"]) == ("duplicate", 70_000)
    void.get_by_role("link", name="In the audit log").click()
    lines = page.get_by_role("main")
    expect(lines).to_contain_text(email(Role.OPERATOR))
    expect(lines).to_contain_text("Void invoice")


def test_cancelling_an_unpaid_invoice_needs_no_choice(page: Page, tenant: Tenant) -> None:
    bill = tenant.issued()
    open_invoice(page, bill)
    open_dialog(page, "Void invoice")
    expect(dialog(page).get_by_label("Refund to the payment method")).to_be_disabled()
    dialog(page).get_by_role("button", name=f"Void {tenant.number(bill)}").click()
    expect_receipt(page, "The invoice is voided.")
    assert tenant.commands(bill, "VoidInvoice") == [(ME, "done")]


def test_voiding_and_replacing_is_one_step(page: Page, tenant: Tenant) -> None:
    bill = tenant.issued()
    open_invoice(page, bill)
    open_dialog(page, "Void invoice").get_by_label("Replace it by a new draft").check()
    expect(dialog(page)).to_contain_text(f"A new draft replaces {tenant.number(bill)}")
    confirm_button(page).click()
    receipt = expect_receipt(page, "The invoice is voided.")
    receipt.get_by_role("link", name="The new draft").click()
    expect(page.get_by_role("heading", name="Draft invoice")).to_be_visible()
    expect(page.get_by_text(TOTAL).first).to_be_visible()
    assert tenant.scalar("select status from invoice where id = %(id)s", id=bill.id) == "voided"


def test_void_when_it_is_voided_already(watch: Watched, tenant: Tenant) -> None:
    bill, page = tenant.issued(), watch.page
    open_invoice(page, bill)
    open_dialog(page, "Void invoice").get_by_label("Comment").fill("Typed with care.")
    tenant.perform(VoidInvoice(invoice_id=bill.id))
    with watch.allowed(422, 409):
        confirm_button(page).click()
        expect(dialog(page).get_by_role("alert").first).to_contain_text("already voided")
    assert tenant.commands(bill, "VoidInvoice") == [("key:shop", "done"), (ME, "refused")]
    page.reload()
    expect(panel(page)).to_contain_text("already voided")
    expect(panel(page).get_by_role("button", name="Void", exact=True)).to_be_disabled()


def test_void_of_a_draft_says_what_to_do_instead(page: Page, tenant: Tenant) -> None:
    bill = tenant.draft()
    shown = open_invoice(page, bill)
    expect(shown.get_by_role("button", name="Void", exact=True)).to_be_disabled()
    expect(shown).to_contain_text("Finalize the draft first, or delete it.")
    expect(shown.get_by_role("link", name="Finalize invoice")).to_be_visible()


def test_refund_above_what_was_paid(watch: Watched, tenant: Tenant) -> None:
    bill, page = tenant.paid(), watch.page
    open_invoice(page, bill)
    asked = open_dialog(page, "Void invoice")
    asked.get_by_label("Refund to the payment method").fill("1200.01")
    expect(asked.get_by_text("At most USD 1,200.00.")).to_be_visible()
    expect(confirm_button(page)).to_be_hidden()
    asked.get_by_label("Refund to the payment method").fill("1200")
    expect(confirm_button(page)).to_contain_text("and refund USD 1,200.00")
    assert tenant.commands(bill, "VoidInvoice") == []


def test_void_when_the_server_is_away(opened: Opened, console: Console) -> None:
    """Nothing typed is lost. The same form, sent again, voids the invoice once."""
    bill = console.tenant.issued()
    where = ("serve", "--no-jobs", "--data-dir", str(console.data_dir))
    with Serving(*where) as serving:
        watch = opened(base_url=serving.url)
        open_invoice(watch.page, bill)
        open_dialog(watch.page, "Void invoice").get_by_label("Comment").fill("Typed with care.")
        watch.page.wait_for_timeout(600)  # until the preview of what is typed is shown
    page, port = watch.page, int(serving.url.rpartition(":")[2])
    with watch.allowed("net::ERR_CONNECTION_REFUSED"):
        confirm_button(page).click()
        expect(dialog(page).get_by_role("alert")).to_contain_text("The server cannot be reached")
    expect(dialog(page).get_by_label("Comment")).to_have_value("Typed with care.")
    with Serving(*where, port=port):
        confirm_button(page).click()
        expect_receipt(page, "The invoice is voided.")
        page.goto("about:blank")
    assert console.tenant.commands(bill, "VoidInvoice") == [(ME, "done")]


# ---------------------------------------------------------------- finalize a draft


def test_finalizing_a_draft(page: Page, tenant: Tenant) -> None:
    bill = tenant.draft("Juniper Books", email="accounts@juniper-books.example")

    # Open the draft.
    page.goto("/billing/invoices")
    page.get_by_role("navigation", name="Status").get_by_role("link", name="Draft").click()
    expect(page).to_have_url(re.compile("status=draft"))
    row(page, bill).get_by_role("link").click()
    picture(page, "finalize-list")

    # Verify the customer and the totals.
    shown = panel(page)
    expect(shown).to_contain_text("Juniper Books")
    expect(shown).to_contain_text(bill.external_id)
    for name, amount in (("Fees", "1,000.00"), ("Taxes", "200.00"), ("Total", TOTAL)):
        expect(shown.get_by_role("row", name=re.compile(f"^{name}"))).to_contain_text(amount)

    # Finalize.
    asked = open_dialog(page, "Finalize invoice")
    expect(asked).to_contain_text("The draft becomes invoice INV-")
    picture(page, "finalize-dialog")
    asked.get_by_role("button", name=f"Finalize for {TOTAL}").click()

    # Verify.
    expect_receipt(page, "The invoice is finalized.")
    expect(shown.locator(".panel-title")).to_contain_text("Pending")
    picture(page, "finalize-receipt")
    expect(row(page, bill)).to_be_hidden()
    page.get_by_role("navigation", name="Status").get_by_role("link", name="Finalized").click()
    expect(row(page, bill)).to_contain_text(tenant.number(bill))
    assert tenant.commands(bill, "FinalizeInvoice") == [(ME, "done")]
    assert tenant.events(bill, "invoice.finalized") == 1


def test_finalize_when_a_colleague_was_faster(watch: Watched, tenant: Tenant) -> None:
    bill, page = tenant.draft(), watch.page
    open_invoice(page, bill)
    open_dialog(page, "Finalize invoice")
    tenant.perform(FinalizeInvoice(invoice_id=bill.id))
    with watch.allowed(409, 422):
        confirm_button(page).click()
        expect(dialog(page).get_by_role("alert").first).to_contain_text("already finalized")
    page.reload()
    expect(panel(page).locator(".panel-title")).to_contain_text("Pending")
    assert tenant.commands(bill, "FinalizeInvoice") == [("key:shop", "done"), (ME, "refused")]
    assert tenant.events(bill, "invoice.finalized") == 1


def test_finalize_when_the_draft_has_changed(watch: Watched, tenant: Tenant) -> None:
    """Nothing is done; the dialog says what changed, and can be confirmed again."""
    bill, page = tenant.draft(), watch.page
    open_invoice(page, bill)
    open_dialog(page, "Finalize invoice")
    dearer = NewLine(description="Office plants", amount_minor=150_000)
    tenant.perform(EditDraft(invoice_id=bill.id, lines=(dearer,)))
    with watch.allowed(409):
        confirm_button(page).click()
        changes = dialog(page).get_by_role("alert")
        expect(changes).to_contain_text("Something changed since you opened this")
        expect(changes).to_contain_text("1,500.00")
    assert tenant.commands(bill, "FinalizeInvoice") == [(ME, "refused")]
    dialog(page).get_by_role("button", name="Finalize for USD 1,500.00").click()
    expect_receipt(page, "The invoice is finalized.")
    assert tenant.commands(bill, "FinalizeInvoice") == [(ME, "refused"), (ME, "done")]


# ---------------------------------------------------------------- of both


def test_signed_out(opened: Opened, tenant: Tenant) -> None:
    """The sign-in leads back to the invoice."""
    bill, page = tenant.issued(), opened(None).page
    page.goto(f"/billing/invoices?open={bill.id}")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    sign_in(page, email(Role.OPERATOR))
    expect(panel(page)).to_contain_text(bill.id)


@pytest.mark.parametrize("deed", ["void", "finalize"])
def test_missing_id(deed: str, watch: Watched, console: Console) -> None:
    """The console has no such page, and the admin API says what is missing."""
    page = watch.page
    page.goto("/billing/invoices")
    csrf: Any = page.locator("input[name=csrf]").first.get_attribute("value")
    with watch.allowed(404):
        page.goto(f"/billing/invoices//{deed}")
        expect(page.get_by_role("main")).to_contain_text("There is nothing at this address")
    headers = {"X-CSRF-Token": csrf}
    answer = page.request.post(f"/api/admin/invoice//{deed}", data={}, headers=headers)
    assert (answer.status, answer.json()["error"]) == (400, "Missing invoice id")
    stranger = httpx.post(f"{console.url}/api/admin/invoice//{deed}", json={})
    assert (stranger.status_code, stranger.json()["error"]) == (401, "Unauthorized")
