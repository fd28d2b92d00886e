"""What happens to people: keys instead of a pointer, impatience, lost answers, and lost sessions.

Whatever happens, an invoice is finalized or voided at most once, and what was typed stays.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from cli.terminal import Serving
from console.browser.checks import violations
from console.browser.conftest import Opened
from console.browser.deeds import (
    confirm_button,
    dialog,
    expect_receipt,
    open_dialog,
    open_invoice,
    panel,
    row,
    sign_in,
)
from console.browser.watched import Watched
from console.world import Bill, Console, Tenant, email
from polaris.core.commands import DraftInvoice
from polaris.core.commands.values import NewLine
from polaris.engine import new_id
from polaris.operators.roles import Role

ME = f"operator:{email(Role.OPERATOR)}"


@pytest.fixture
def tenant(console: Console) -> Tenant:
    return console.tenant


def expect_once(tenant: Tenant, bill: Bill, command: str, kind: str) -> None:
    """Expect one audit line, one number and one event."""
    assert tenant.commands(bill, command) == [(ME, "done")]
    assert tenant.events(bill, kind) == 1
    numbers = tenant.rows("select id from document_number where document_id = %(id)s", id=bill.id)
    assert [number for (number,) in numbers] == [tenant.number(bill)]


def focused(page: Page) -> str:
    """Return the text of the element that has the focus."""
    return str(page.evaluate("document.activeElement.textContent.trim()"))


# ---------------------------------------------------------------- keys


def test_finalizing_by_keys(page: Page, tenant: Tenant) -> None:
    """Four keys from the list: the next row, open, finalize, confirm."""
    bill = tenant.draft()
    page.goto(f"/billing/invoices?status=draft&q={bill.email[:-4]}")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(panel(page)).to_contain_text(bill.id)
    assert focused(page) == "Draft invoice"
    page.keyboard.press("f")
    expect(dialog(page)).to_be_visible()
    page.keyboard.press("Enter")
    expect_receipt(page, "The invoice is finalized.")
    assert focused(page) == tenant.number(bill)
    expect(page.get_by_role("status")).to_contain_text("The invoice is finalized.")
    expect_once(tenant, bill, "FinalizeInvoice", "invoice.finalized")


def test_voiding_by_keys(page: Page, tenant: Tenant) -> None:
    bill = tenant.issued()
    page.goto(f"/billing/invoices?open={bill.id}")
    page.keyboard.press("v")
    expect(dialog(page)).to_be_visible()
    assert focused(page) == f"Void {tenant.number(bill)}"
    for _ in range(20):
        page.keyboard.press("Tab")
        if re.match("Void INV", focused(page)):
            break
    page.keyboard.press("Enter")
    expect_receipt(page, "The invoice is voided.")
    assert focused(page) == tenant.number(bill)
    assert tenant.commands(bill, "VoidInvoice") == [(ME, "done")]


def test_escape_closes_the_dialog_and_then_the_panel(page: Page, tenant: Tenant) -> None:
    bill = tenant.draft()
    page.goto(f"/billing/invoices?q={bill.email[:-4]}")
    row(page, bill).get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(panel(page)).to_contain_text(bill.id)
    page.keyboard.press("f")
    expect(dialog(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_empty()
    assert focused(page) == "Draft"
    expect(page).not_to_have_url(re.compile("open="))


def test_keys_can_be_switched_off(page: Page) -> None:
    """Somebody who dictates, or whose hand shakes, must not void by a letter."""
    page.goto("/billing/invoices")
    page.keyboard.press("?")
    dialog(page).get_by_label("Use shortcuts of a single key").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(dialog(page)).to_be_hidden()
    assert page.evaluate("document.activeElement === document.body")


# ---------------------------------------------------------------- impatience


def double_click(page: Page) -> None:
    confirm_button(page).dblclick()


def many_enters(page: Page) -> None:
    confirm_button(page).focus()
    page.evaluate(
        """() => { for (let n = 0; n < 5; n++) {
          document.activeElement.form.requestSubmit(document.activeElement);
        } }"""
    )


@pytest.mark.parametrize("impatient", [double_click, many_enters])
def test_an_impatient_confirmation_is_done_once(
    impatient: Callable[[Page], None], page: Page, tenant: Tenant
) -> None:
    bill = tenant.draft()
    open_invoice(page, bill)
    open_dialog(page, "Finalize invoice")
    impatient(page)
    expect_receipt(page, "The invoice is finalized.")
    page.go_back()
    page.go_forward()
    expect_receipt(page, "The invoice is finalized.")
    expect_once(tenant, bill, "FinalizeInvoice", "invoice.finalized")


def test_two_colleagues_confirm_at_the_same_time(opened: Opened, tenant: Tenant) -> None:
    bill, watches = tenant.draft(), [opened(), opened(Role.ADMIN)]
    for watch in watches:
        open_invoice(watch.page, bill)
        open_dialog(watch.page, "Finalize invoice")
    first, second = watches
    with first.allowed(409, 422), second.allowed(409, 422):
        confirm_button(first.page).click(no_wait_after=True)
        confirm_button(second.page).click()
        expect_receipt(first.page, "The invoice is finalized.")
        expect(dialog(second.page).get_by_role("alert").first).to_contain_text("already finalized")
    assert tenant.events(bill, "invoice.finalized") == 1


# ---------------------------------------------------------------- lost answers


def test_a_lost_answer_is_asked_for_again(watch: Watched, tenant: Tenant) -> None:
    """The server has finalized, but its answer never arrived: sending again shows the receipt."""
    bill, page = tenant.draft(), watch.page
    open_invoice(page, bill)
    open_dialog(page, "Finalize invoice")

    def lose_the_answer(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    page.route("**/finalize", lose_the_answer, times=1)
    with watch.allowed("net::ERR_FAILED"):
        confirm_button(page).click()
        expect(dialog(page).get_by_role("alert")).to_contain_text("The server cannot be reached")
    expect(confirm_button(page)).to_be_enabled()
    confirm_button(page).click()
    expect_receipt(page, "The invoice is finalized.")
    expect_once(tenant, bill, "FinalizeInvoice", "invoice.finalized")


def test_without_a_network_nothing_typed_is_lost(watch: Watched, tenant: Tenant) -> None:
    """The message stays until it is dismissed, and is in the list of notifications."""
    bill, page = tenant.issued(), watch.page
    page.clock.install()
    open_invoice(page, bill)
    open_dialog(page, "Void invoice")
    with page.expect_response("**/preview"):
        dialog(page).get_by_label("Comment").fill("Typed with care.")
    page.context.set_offline(True)
    with watch.allowed("net::ERR_INTERNET_DISCONNECTED"):
        confirm_button(page).click()
        message = dialog(page).get_by_role("alert")
        expect(message).to_contain_text("What you typed is still here")
    page.clock.fast_forward(60_000)
    expect(message).to_contain_text("What you typed is still here")
    expect(dialog(page).get_by_label("Comment")).to_have_value("Typed with care.")
    page.context.set_offline(False)
    confirm_button(page).click()
    expect_receipt(page, "The invoice is voided.")
    page.get_by_role("button", name="Notifications").click()
    expect(dialog(page)).to_contain_text("The server cannot be reached.")
    expect(dialog(page)).to_contain_text("The invoice is voided.")
    assert tenant.commands(bill, "VoidInvoice") == [(ME, "done")]


def test_a_session_that_ends_in_the_dialog(opened: Opened, tenant: Tenant) -> None:
    """After signing in again, what was typed is sent."""
    bill, watch = tenant.paid(), opened()
    page, number = watch.page, tenant.number(bill)
    open_invoice(page, bill)
    asked = open_dialog(page, "Void invoice")
    asked.get_by_label("Refund to the payment method").fill("700")
    asked.get_by_label("Comment").fill("Typed with care.")
    asked.get_by_label(f"Type {number}").fill(number)
    expect(confirm_button(page)).to_contain_text("refund USD 700.00")
    page.context.clear_cookies()
    with watch.allowed(401):
        confirm_button(page).click()
        again = page.get_by_role("dialog", name="Sign in again")
        expect(again).to_contain_text("What you typed is still here")
    assert "\n".join(violations(page)) == ""
    assert asked.get_by_label("Comment").input_value() == "Typed with care."
    sign_in(page, email(Role.OPERATOR))
    expect_receipt(page, "The invoice is voided.")
    comment = "select void_comment from invoice where id = %(id)s"
    assert tenant.scalar(comment, id=bill.id) == "Typed with care."
    assert tenant.commands(bill, "VoidInvoice") == [(ME, "done")]


# ---------------------------------------------------------------- several servers


def test_two_servers_show_the_same(opened: Opened, console: Console) -> None:
    """A change is in the list of the other server at the next request; so is the sign-out."""
    bill = console.tenant.draft()
    with Serving("serve", "--no-jobs", "--data-dir", str(console.data_dir)) as other:
        page = opened(None).page
        page.goto("/sign-in?next=/billing/invoices")
        sign_in(page, email(Role.OPERATOR))
        listed = f"{other.url}/billing/invoices?status=finalized&q={bill.email[:-4]}"
        elsewhere = opened(None, base_url=other.url, storage_state=page.context.storage_state())
        elsewhere.page.goto(listed)
        expect(elsewhere.page.get_by_role("main")).to_contain_text("No invoice matches")

        open_invoice(page, bill)
        open_dialog(page, "Finalize invoice")
        confirm_button(page).click()
        expect_receipt(page, "The invoice is finalized.")
        elsewhere.page.reload()
        expect(row(elsewhere.page, bill)).to_contain_text(console.tenant.number(bill))

        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("status")).to_contain_text("You are signed out.")
        elsewhere.page.reload()
        expect(elsewhere.page).to_have_url(re.compile("/sign-in"))


# ---------------------------------------------------------------- without a script


def test_everything_works_without_a_script(opened: Opened, tenant: Tenant) -> None:
    page = opened(java_script_enabled=False).page
    bill = tenant.draft()
    page.goto("/billing/invoices?status=draft")
    row(page, bill).get_by_role("link").click()
    expect(panel(page)).to_contain_text(bill.id)
    panel(page).get_by_role("link", name="Finalize invoice").click()
    page.get_by_role("button", name="Finalize for").click()
    expect(panel(page).get_by_role("region", name="Receipt")).to_contain_text("is finalized")
    page.get_by_role("link", name="Void invoice").click()
    page.get_by_label("Comment").fill("No script.")
    page.get_by_role("button", name=f"Void {tenant.number(bill)}").click()
    expect(panel(page).get_by_role("region", name="Receipt")).to_contain_text("is voided")
    assert tenant.scalar("select void_comment from invoice where id = %(id)s", id=bill.id) == (
        "No script."
    )


def test_a_refund_without_a_script_shows_its_effects_before_it_is_done(
    opened: Opened, tenant: Tenant
) -> None:
    watch, bill = opened(java_script_enabled=False), tenant.paid()
    page, number = watch.page, tenant.number(bill)
    page.goto(f"/billing/invoices/{bill.id}/void")
    page.get_by_label("Refund to the payment method").fill("700")
    with watch.allowed(422):
        page.get_by_role("button", name=f"Void {number}").click()
        expect(page.get_by_role("main")).to_contain_text("Refund to transfer")
    assert tenant.commands(bill, "VoidInvoice") == []
    page.get_by_label(f"Type {number}").fill(number)
    page.get_by_role("button", name=f"Void {number} and refund USD 700.00").click()
    expect(panel(page).get_by_role("region", name="Receipt")).to_contain_text("Refund queued")
    assert tenant.commands(bill, "VoidInvoice") == [(ME, "done")]


def test_a_form_that_is_sent_twice_is_done_once(page: Page, tenant: Tenant) -> None:
    """As after the back button, or a reload that sends the form again."""
    bill = tenant.draft()
    page.goto(f"/billing/invoices/{bill.id}/finalize")
    form = page.locator("form.dialog-form")
    fields: Any = form.evaluate("(form) => Object.fromEntries(new FormData(form))")
    answers = [
        page.request.post(f"/billing/invoices/{bill.id}/finalize", form=fields, max_redirects=0)
        for _ in range(3)
    ]
    assert [answer.status for answer in answers] == [303, 303, 303]
    assert len({answer.headers["location"] for answer in answers}) == 1
    expect_once(tenant, bill, "FinalizeInvoice", "invoice.finalized")


# ---------------------------------------------------------------- addresses


def test_an_address_shows_the_same_to_everybody(opened: Opened, tenant: Tenant) -> None:
    """Tab, search, order, page, open invoice and its part: all of it is in the address."""
    first = tenant.draft("Roundtrip & Sons")
    copies = [
        DraftInvoice(
            invoice_id=new_id(),
            customer_id=first.customer_id,
            currency="USD",
            lines=(NewLine(description="Plant", amount_minor=1_000 + index),),
        )
        for index in range(55)
    ]
    tenant.perform(*copies)
    page = opened().page
    page.goto("/billing/invoices")
    page.get_by_role("searchbox").fill("Roundtrip & Sons")
    page.get_by_role("searchbox").press("Enter")
    expect(page).to_have_url(re.compile("q=Roundtrip"))
    expect(page.locator("tr[data-id]")).to_have_count(50)
    page.get_by_role("navigation", name="Status").get_by_role("link", name="Draft").click()
    expect(page).to_have_url(re.compile("status=draft"))
    page.get_by_role("columnheader", name="Total").get_by_role("link").click()
    expect(page).to_have_url(re.compile("sort=total"))
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tr[data-id]")).to_have_count(6)
    page.locator("tr[data-id]").nth(2).get_by_role("link").click()
    expect(panel(page)).to_contain_text("Draft invoice")
    panel(page).get_by_role("link", name="Timeline").click()
    expect(panel(page)).to_contain_text("Draft invoice")
    expect(page).to_have_url(re.compile("show=timeline"))

    colleague = opened(Role.VIEWER).page
    colleague.goto(page.url)
    assert shown_state(colleague) == shown_state(page)
    # The cheapest of 56 are on the second page: 1000 to 1005 cents, the dearest of them first.
    totals = colleague.locator("tr[data-id] td.amount:not(.if-medium)").all_inner_texts()
    assert [text.split()[-1] for text in totals] == [f"10.0{cents}" for cents in (5, 4, 3, 2, 1, 0)]


def shown_state(page: Page) -> dict[str, Any]:
    """Return what a list shows, in the order of the screen."""
    return {
        "rows": page.locator("tr[data-id]").evaluate_all("(all) => all.map((x) => x.dataset.id)"),
        "open": page.locator("tr.open").evaluate_all("(all) => all.map((x) => x.dataset.id)"),
        "search": page.get_by_role("searchbox").input_value(),
        "current": page.locator("[aria-current=page]").all_inner_texts(),
        "sorted": page.locator("th[aria-sort]").all_inner_texts(),
        "panel": page.locator("article.panel").get_attribute("data-invoice"),
    }
