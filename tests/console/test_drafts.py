"""A draft is deleted in the console, and the dialogs of a draft say what changed last."""

import re

from cli.terminal import Serving
from console.tenant import Tenant, hidden, text_of
from operators.staff import Browser, Staff
from polaris.core.commands import EditDraft, FinalizeInvoice, SaveCustomer
from polaris.core.commands.values import NewLine
from polaris.operators.roles import Role

ME = "operator:olga@example.com"


def delete_path(invoice_id: str) -> str:
    return f"/billing/invoices/{invoice_id}/delete"


def test_a_draft_is_deleted_after_a_confirmation(browser: Browser, tenant: Tenant) -> None:
    draft, other = tenant.draft(), tenant.draft()
    back = "/billing/invoices?status=draft"
    panel = browser.get(f"{back}&open={draft}").text
    assert f'href="{delete_path(draft)}"' in panel
    dialog = browser.get(f"{delete_path(draft)}?back={back}").text
    assert "The draft is deleted EUR 12.00" in text_of(dialog)
    assert "Delete the draft of EUR 12.00" in text_of(dialog)
    assert tenant.whole(draft).invoice.status == "draft"  # nothing has happened yet
    answers = [browser.post(delete_path(draft), hidden(dialog)) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    shown = browser.get(answers[0].headers["location"]).text
    rows = re.findall(r'<tr data-id="([^"]+)"', shown)
    assert rows == [other]
    said = text_of(shown)
    assert "The draft is deleted." in said
    assert "Deleted draft" in shown
    whole = tenant.whole(draft)
    assert (whole.invoice.status, whole.invoice.number) == ("closed", None)
    assert tenant.audited(draft, "DeleteDraft") == [(ME, "done")]


def test_a_draft_that_was_finalized_meanwhile_is_not_deleted(
    browser: Browser, tenant: Tenant
) -> None:
    draft = tenant.draft()
    form = hidden(browser.get(delete_path(draft)).text)
    tenant.perform(FinalizeInvoice(invoice_id=draft))
    answer = browser.post(delete_path(draft), form)
    assert answer.status_code == 422
    said = text_of(answer.text)
    assert "The invoice is no longer a draft." in said
    assert "issue a credit note, or void and regenerate it." in said
    assert "Done since you opened this: Finalize invoice, by System" in said
    assert tenant.whole(draft).invoice.status == "finalized"
    assert tenant.audited(draft, "DeleteDraft") == [(ME, "refused")]
    panel = text_of(browser.get(f"/billing/invoices/{draft}").text)
    assert "Delete draft The invoice is no longer a draft." in panel


def test_a_draft_that_changed_is_not_deleted(browser: Browser, tenant: Tenant) -> None:
    draft = tenant.draft()
    form = hidden(browser.get(delete_path(draft)).text)
    dearer = NewLine(description="Service", amount_minor=5000)
    tenant.perform(EditDraft(invoice_id=draft, lines=(dearer,)))
    answer = browser.post(delete_path(draft), form)
    assert answer.status_code == 409
    assert "Nothing was done." in answer.text
    assert tenant.whole(draft).invoice.status == "draft"


def test_a_viewer_deletes_nothing(serving: Serving, staff: Staff, tenant: Tenant) -> None:
    viewer = Browser.signed_in(serving.url, staff, staff.hire(Role.VIEWER))
    draft = tenant.draft()
    page = viewer.get(f"/billing/invoices/{draft}").text
    off = re.findall(r'title="Your role is viewer.">(.*?)</button>', page, re.S)
    names = [re.sub(r"<[^>]*>", "", button).strip() for button in off]
    assert names == ["Finalize invoice", "Delete draft"]
    assert viewer.get(delete_path(draft)).status_code == 403
    assert viewer.post(delete_path(draft)).status_code == 403
    assert tenant.whole(draft).invoice.status == "draft"


def test_a_foreign_draft_is_not_found(browser: Browser, foreign: Tenant) -> None:
    draft = foreign.draft()
    assert browser.get(delete_path(draft)).status_code == 404
    assert browser.post(delete_path(draft)).status_code == 404
    assert foreign.whole(draft).invoice.status == "draft"


def test_the_dialogs_say_when_the_customer_and_the_draft_were_changed_last(
    browser: Browser, tenant: Tenant
) -> None:
    draft = tenant.draft()
    renamed = SaveCustomer(customer_id=tenant.acme, external_id="acme", name="Acme & Co")
    tenant.perform(renamed, actor="key:crm")
    tenant.perform(EditDraft(invoice_id=draft, memo="For May"), actor="key:shop")
    for path in ("finalize", "delete"):
        said = text_of(browser.get(f"/billing/invoices/{draft}/{path}").text)
        (customer, writer) = re.findall(
            r"Last changes: the customer on (.+?), by API key (\w+);", said
        )[0]
        assert re.match(r"\w+ \d+, \d{4}, \d+:\d\d:\d\d", customer)
        assert writer == "crm"
        assert re.search(r"; the draft on .+?, by API key shop\.", said)
