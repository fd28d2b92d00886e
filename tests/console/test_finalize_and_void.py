"""Finalize and void in the console, over HTTP, on a server with two workers."""

import httpx
import pytest

from cli.terminal import Serving
from console.tenant import SCRIPT, Tenant, hidden, text_of
from operators.staff import Browser, Staff
from polaris.core.commands import (
    FinalizeInvoice,
    ReceivePayment,
    SaveCustomer,
    SaveTenant,
    VoidInvoice,
)
from polaris.engine import new_id
from polaris.operators.roles import Role

# ---------------------------------------------------------------- finalize


def test_a_draft_is_finalized_once(browser: Browser, tenant: Tenant) -> None:
    draft = tenant.draft()
    form = hidden(browser.get(f"/billing/invoices/{draft}/finalize?back=/billing/invoices").text)
    answers = [browser.post(f"/billing/invoices/{draft}/finalize", form) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    page = browser.get(answers[0].headers["location"])
    assert "The invoice is finalized." in page.text
    assert tenant.whole(draft).invoice.number == "INV-000001"
    assert tenant.audited(draft, "FinalizeInvoice") == [("operator:olga@example.com", "done")]


def test_a_draft_that_changed_is_not_finalized(browser: Browser, tenant: Tenant) -> None:
    draft = tenant.draft()
    form = hidden(browser.get(f"/billing/invoices/{draft}/finalize").text)
    other = SaveCustomer(customer_id=tenant.acme, external_id="acme", name="Renamed")
    tenant.perform(other)
    answer = browser.post(f"/billing/invoices/{draft}/finalize", form)
    assert answer.status_code == 409
    assert "Nothing was done." in answer.text
    assert "Renamed" in answer.text
    assert tenant.whole(draft).invoice.status == "draft"
    again = browser.post(f"/billing/invoices/{draft}/finalize", hidden(answer.text))
    assert again.status_code == 303
    assert tenant.whole(draft).invoice.number == "INV-000001"


def test_an_invoice_that_somebody_else_finalized_says_so(browser: Browser, tenant: Tenant) -> None:
    draft = tenant.draft()
    form = hidden(browser.get(f"/billing/invoices/{draft}/finalize").text)
    tenant.perform(FinalizeInvoice(invoice_id=draft))
    answer = browser.post(f"/billing/invoices/{draft}/finalize", form)
    assert answer.status_code == 422
    assert "already finalized" in answer.text
    assert "Done since you opened this: Finalize invoice, by System," in text_of(answer.text)
    assert "Show the invoice as it is now" in answer.text


# ---------------------------------------------------------------- void


def sent(browser: Browser, invoice_id: str, **choices: str) -> httpx.Response:
    """Preview a void with these choices, then confirm it."""
    path = f"/billing/invoices/{invoice_id}/void"
    preview = browser.post(f"{path}/preview", choices, **SCRIPT)
    return browser.post(path, {**choices, **hidden(preview.text)})


def test_a_paid_invoice_is_voided_with_refund_and_credit(browser: Browser, tenant: Tenant) -> None:
    invoice_id = tenant.invoice(paid_minor=1200)
    answer = sent(
        browser,
        invoice_id,
        refund="7.00",
        credit="5",
        credit_to="note",
        reason="order_change",
        comment="Asked by phone.",
        number="INV-000001",
    )
    assert answer.status_code == 303
    whole = tenant.whole(invoice_id)
    assert whole.invoice.status == "voided"
    assert (whole.invoice.void_reason, whole.invoice.void_comment) == (
        "order_change",
        "Asked by phone.",
    )
    (note,), (refund,) = whole.credit_notes, whole.refunds
    assert (note.credit_minor, note.refund_minor, note.total_minor) == (500, 700, 1200)
    assert refund.amount_minor == 700
    receipt = browser.get(answer.headers["location"])
    assert f"Credit note {note.number}" in receipt.text
    assert "queued" in receipt.text


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"refund": "12.01"}, "At most EUR\N{NO-BREAK SPACE}12.00."),
        ({"refund": "1.234"}, "This is not an amount in EUR."),
        ({"refund": "-1"}, "This is not an amount in EUR."),
        ({"refund": "10", "credit": "3"}, "Refund and credit exceed what can be given back."),
        ({"refund": "1"}, "Type INV-000001 to confirm that money moves."),
        ({"refund": "1", "number": "INV-1"}, "Type INV-000001 to confirm that money moves."),
        ({"comment": "x" * 301}, "At most 300 characters."),
    ],
)
def test_a_choice_that_is_not_possible_is_named(
    browser: Browser, tenant: Tenant, choices: dict[str, str], sentence: str
) -> None:
    invoice_id = tenant.invoice(paid_minor=1200)
    answer = sent(browser, invoice_id, **choices)
    assert answer.status_code == 422
    assert sentence in answer.text
    for typed in choices.values():
        assert typed in answer.text
    assert tenant.whole(invoice_id).invoice.status == "finalized"


def test_the_reason_of_the_settings_is_required(browser: Browser, tenant: Tenant) -> None:
    settings = {"void_reasons": ["duplicate"], "void_reason_required": True}
    tenant.perform(SaveTenant(tenant_id=tenant.id, settings_changes=settings))
    invoice_id = tenant.invoice()
    assert sent(browser, invoice_id).status_code == 422
    assert sent(browser, invoice_id, reason="Duplicate").status_code == 422
    assert sent(browser, invoice_id, reason="duplicate").status_code == 303
    assert tenant.whole(invoice_id).invoice.void_reason == "duplicate"


def test_a_void_and_its_replacement_are_one_command(browser: Browser, tenant: Tenant) -> None:
    invoice_id = tenant.invoice()
    assert sent(browser, invoice_id, replace="on").status_code == 303
    voided = tenant.whole(invoice_id).invoice
    assert voided.status == "voided"
    assert voided.regenerated_as
    draft = tenant.whole(voided.regenerated_as).invoice
    assert (draft.status, draft.total_minor, draft.regenerated_from) == ("draft", 1200, invoice_id)
    assert len(tenant.audited(invoice_id, "RegenerateInvoice")) == 1


def test_what_was_paid_meanwhile_stops_a_void(browser: Browser, tenant: Tenant) -> None:
    invoice_id = tenant.invoice()
    path = f"/billing/invoices/{invoice_id}/void"
    form = hidden(browser.get(path).text)
    tenant.perform(
        ReceivePayment(
            payment_id=new_id(),
            currency="EUR",
            amount_minor=300,
            method="cash",
            apply_to={invoice_id: 300},
        )
    )
    answer = browser.post(path, form)
    assert answer.status_code == 409
    assert "Nothing was done." in answer.text
    assert tenant.whole(invoice_id).invoice.status == "finalized"
    assert browser.post(path, hidden(answer.text)).status_code == 303


def test_a_draft_and_a_voided_invoice_say_why_not(browser: Browser, tenant: Tenant) -> None:
    draft, voided = tenant.draft(), tenant.invoice()
    tenant.perform(VoidInvoice(invoice_id=voided))
    for invoice_id, sentence in (
        (draft, "Finalize the draft first, or delete it."),
        (voided, "The invoice is already voided."),
    ):
        assert sentence in browser.get(f"/billing/invoices/{invoice_id}").text
        refused = sent(browser, invoice_id)
        assert refused.status_code == 422
        assert sentence in refused.text


# ---------------------------------------------------------------- roles and forms


def test_a_viewer_reads_and_changes_nothing(serving: Serving, staff: Staff, tenant: Tenant) -> None:
    viewer = Browser.signed_in(serving.url, staff, staff.hire(Role.VIEWER))
    draft = tenant.draft()
    page = viewer.get(f"/billing/invoices/{draft}")
    assert "You have the role viewer." in page.text
    assert "Void invoice" not in page.text  # a draft cannot be voided by anybody
    for path in ("finalize", "void"):
        assert viewer.get(f"/billing/invoices/{draft}/{path}").status_code == 403
        assert viewer.post(f"/billing/invoices/{draft}/{path}").status_code == 403
    assert tenant.whole(draft).invoice.status == "draft"


def test_a_form_of_another_site_is_refused(browser: Browser, tenant: Tenant) -> None:
    draft = tenant.draft()
    path = f"/billing/invoices/{draft}/finalize"
    form = hidden(browser.get(path).text)
    assert browser.post(path, {**form, "csrf": "wrong"}).status_code == 403
    assert browser.post(path, form, sec_fetch_site="cross-site").status_code == 403
    assert tenant.whole(draft).invoice.status == "draft"


# ---------------------------------------------------------------- the id of a request


def test_a_refusal_has_the_id_under_which_the_audit_log_has_it(
    browser: Browser, tenant: Tenant
) -> None:
    draft = tenant.draft()
    form = hidden(browser.get(f"/billing/invoices/{draft}/finalize").text)
    tenant.perform(FinalizeInvoice(invoice_id=draft))
    answer = browser.post(f"/billing/invoices/{draft}/finalize", form)
    assert answer.headers["x-request-id"] == form["request_id"]
    link = f"/audit?command={form['request_id']}"
    assert f'href="{link}"' in answer.text
    assert "Refused" in browser.get(link).text


def test_an_error_page_and_an_error_message_have_the_id_of_the_request(browser: Browser) -> None:
    path = f"/billing/invoices/{new_id()}"
    page = browser.get(path)
    assert page.status_code == 404
    assert f"Request id <code>{page.headers['x-request-id']}</code>" in page.text
    message = browser.get(path, **SCRIPT)
    assert message.status_code == 404
    assert message.headers["x-request-id"] in message.headers["hx-trigger"]
    assert message.headers["hx-reswap"] == "none"
