"""The receipt of a void links each thing that it made, and opens in the panel what it can."""

import re
from html import unescape

from console.tenant import SCRIPT, Tenant, hidden, text_of
from operators.staff import Browser
from polaris.core.commands import OpenWallet
from polaris.engine import new_id

LIST = "/billing/invoices?status=voided&q=acme"


def void(browser: Browser, invoice_id: str, **choices: str) -> str:
    """Void an invoice from a filtered list. Return the URL of the list with the receipt."""
    path = f"/billing/invoices/{invoice_id}/void"
    choices |= {"back": LIST, "number": "INV-000001"}
    preview = browser.post(f"{path}/preview", choices, **SCRIPT).text
    answer = browser.post(path, {**choices, **hidden(preview), "back": LIST})
    assert answer.status_code == 303
    return answer.headers["location"]


def links(page: str) -> dict[str, str]:
    """Return the addresses of the receipt's links by their texts."""
    receipt = page.partition('aria-label="Receipt"')[2].partition("</section>")[0]
    found = re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', receipt, re.S)
    return {re.sub("<.*?>", "", text).strip(): unescape(url) for url, text in found}


def test_everything_about_the_invoice_opens_beside_the_list(
    browser: Browser, tenant: Tenant
) -> None:
    invoice_id = tenant.invoice(paid_minor=1200)
    shown = void(browser, invoice_id, refund="7.00", credit="1")
    page = browser.get(shown).text
    beside = f"{LIST}&open={invoice_id}"
    receipt = shown.rpartition("&receipt=")[2]
    found = links(page)
    show = "/billing/invoices?status=voided&q=acme&open={0}&receipt={2}&show={1}"
    [refund] = tenant.whole(invoice_id).refunds
    assert found["Refund"] == f"/billing/refunds/{refund.id}"
    held = show.format(invoice_id, "payments", receipt) + "#settled-title"
    assert found["Held for the customer"] == held
    (entries,) = (name for name in found if name.endswith("ledger entries"))
    assert found[entries] == show.format(invoice_id, "ledger", receipt)
    assert shown.startswith(beside)
    for name in ("Held for the customer", entries):
        answer = browser.get(found[name], hx_request="true", hx_target="panel")
        assert f'data-invoice="{invoice_id}"' in answer.text
        assert "<tr data-id=" not in answer.text  # the list itself is not sent again
        assert answer.text.count('aria-label="Receipt"') == 1


def test_a_receipt_that_is_asked_again_keeps_its_links(browser: Browser, tenant: Tenant) -> None:
    """The page's script asks for it while a refund waits; the list behind it is in a header."""
    invoice_id = tenant.invoice(paid_minor=1200)
    shown = void(browser, invoice_id, refund="7.00")
    receipt = shown.rpartition("&receipt=")[2]
    polled = f"/billing/invoices/{invoice_id}/receipt/{receipt}"
    again = browser.get(polled, hx_request="true", hx_current_url=f"https://x.example{shown}")
    assert again.status_code == 200
    assert links(f'aria-label="Receipt"{again.text}') | links(again.text) == links(
        browser.get(shown).text
    )


def test_on_a_page_of_its_own_the_links_stay_there(browser: Browser, tenant: Tenant) -> None:
    invoice_id = tenant.invoice(paid_minor=1200)
    receipt = void(browser, invoice_id, refund="7.00").rpartition("&receipt=")[2]
    here = f"/billing/invoices/{invoice_id}"
    found = links(browser.get(f"{here}?receipt={receipt}").text)
    (entries,) = (name for name in found if name.endswith("ledger entries"))
    assert found[entries] == f"{here}?show=ledger"


def test_the_replacement_opens_in_the_panel_without_the_receipt(
    browser: Browser, tenant: Tenant
) -> None:
    invoice_id = tenant.invoice()
    shown = void(browser, invoice_id, replace="on")
    draft = tenant.whole(invoice_id).invoice.regenerated_as
    found = links(browser.get(shown).text)
    assert found["The new draft"] == f"{LIST}&open={draft}"


def test_the_wallet_is_named(browser: Browser, tenant: Tenant) -> None:
    wallet = OpenWallet(
        wallet_id=new_id(), customer_id=tenant.acme, currency="EUR", name="Prepaid seats"
    )
    tenant.perform(wallet)
    invoice_id = tenant.invoice(paid_minor=1200)
    page = browser.get(void(browser, invoice_id, credit="5")).text
    assert links(page)["Wallet “Prepaid seats”"] == (
        f"/billing/customers/{tenant.acme}?show=wallets"
    )
    said = text_of(page)
    assert "Wallet “Prepaid seats” Purchased credits, or the credit of a credit note" in said


def test_each_event_leads_to_its_place_in_the_timeline(browser: Browser, tenant: Tenant) -> None:
    invoice_id = tenant.invoice(paid_minor=1200)
    page = browser.get(void(browser, invoice_id, refund="7.00", credit="1")).text
    events = {text: url for text, url in links(page).items() if "#event-" in url}
    assert sorted(events) == [
        "credit_note.issued",
        "credits.purchased",
        "invoice.voided",
        "refund.requested",
        "wallet.opened",
    ]
    for url in events.values():
        address, _, anchor = url.partition("#")
        timeline = browser.get(address).text
        assert f'id="{anchor}"' in timeline
    (note,) = tenant.whole(invoice_id).credit_notes
    assert links(page)[f"Credit note {note.number}"] == f"/billing/credit-notes/{note.id}"
    assert f'<a href="/billing/credit-notes/{note.id}">{note.number}</a>' in timeline
    assert '<span class="nowrap muted">EUR\N{NO-BREAK SPACE}7.00</span>' in timeline
