"""Every page and dialog: accessible in light and dark, on any width, and safe from hostile texts.

The tenant has hostile texts wherever a customer, or a client of the API, may set one. Each page
also fails for errors, violations of the security policy, and requests to other hosts.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from console.browser.checks import complaints, dead_links, overflows, violations
from console.browser.conftest import Opened
from console.browser.deeds import dialog, open_dialog, open_invoice, panel
from console.browser.watched import Watched
from console.world import FOREIGNER, HOSTILE, Console
from polaris.console.app import ROUTES
from polaris.operators.roles import Role

PAGES = {
    "overview": "/",
    "invoices": "/billing/invoices",
    "search without a result": "/billing/invoices?q=nothing-has-this-name",
    "filter that cannot be read": "/billing/invoices?min=1.234&from=today",
    "invoice that does not exist": "/billing/invoices?open=01900000-0000-7000-8000-000000000000",
    "panel": "/billing/invoices?open={invoice}",
    "panel, payments": "/billing/invoices?open={invoice}&show=payments",
    "panel, ledger": "/billing/invoices?open={invoice}&show=ledger",
    "panel, timeline": "/billing/invoices?open={invoice}&show=timeline",
    "panel, webhooks": "/billing/invoices?open={issued}&show=webhooks",
    "panel of a draft": "/billing/invoices?open={draft}",
    "invoice as a page": "/billing/invoices/{invoice}",
    "finalize as a page": "/billing/invoices/{draft}/finalize",
    "delete a draft as a page": "/billing/invoices/{draft}/delete",
    "void as a page": "/billing/invoices/{issued}/void",
    "customers": "/billing/customers",
    "customer": "/billing/customers/{customer}",
    "customer, invoices": "/billing/customers/{customer}?show=invoices",
    "customer, credit notes": "/billing/customers/{customer}?show=credit_notes",
    "customer, wallets": "/billing/customers/{customer}?show=wallets",
    "customer, payments": "/billing/customers/{customer}?show=payments",
    "customer, statement": "/billing/customers/{customer}?show=statement",
    "credit notes": "/billing/credit-notes",
    "credit note": "/billing/credit-notes/{note}",
    "void of a credit note": "/billing/credit-notes/{note}/void",
    "refunds": "/billing/refunds",
    "refunds under way": "/billing/refunds?status=under_way",
    "refund": "/billing/refunds/{refund}",
    "settle a refund": "/billing/refunds/{refund}/settle",
    "fail a refund": "/billing/refunds/{refund}/fail",
    "convert a refund": "/billing/refunds/{refund}/convert",
    "saved views": "/billing/views",
    "tasks": "/tasks",
    "settings": "/settings",
    "developers": "/developers",
    "new key": "/developers/keys/new",
    "revoke a key": "/developers/keys/{key}/revoke",
    "webhooks": "/developers/webhooks",
    "new endpoint": "/developers/webhooks/new",
    "new endpoint of another dialect": "/developers/webhooks/new?dialect=lago",
    "endpoint": "/developers/webhooks/{endpoint}",
    "endpoint, without deliveries": "/developers/webhooks/{endpoint}?state=delivered",
    "edit an endpoint": "/developers/webhooks/{endpoint}/edit",
    "rotate keys": "/developers/webhooks/{endpoint}/rotate",
    "delete an endpoint": "/developers/webhooks/{endpoint}/delete",
    "send again": "/developers/webhooks/{endpoint}/again",
    "replay a range": "/developers/webhooks/{endpoint}/again?from=2020-01-01&to=2030-01-01",
    "deliveries": "/developers/deliveries",
    "delivery": "/developers/deliveries/{delivery}",
    "jobs": "/developers/jobs",
    "account": "/account",
    "operators": "/operators",
    "audit log": "/audit",
    "journal": "/ledger",
    "trial balance": "/ledger/trial-balance",
    "account statement": "/ledger/accounts/ACCOUNTS_RECEIVABLE",
    "gaps": "/ledger/gaps",
    "periods": "/ledger/periods",
    "proofs": "/ledger/proofs",
}
"""Every page, by a name. A page that is missing here fails `test_no_page_is_forgotten`."""

NO_PAGES = {
    "/audit.csv",
    "/audit.jsonl",
    "/billing/invoices.csv",
    "/billing/invoices/{invoice}/receipt/{request}",
    "/billing/invoices/{id}/pdf",
    "/billing/credit-notes/{id}/pdf",
    "/billing/customers/{customer}/statement.csv",
    "/settings/numbers",
}
"""Files, and parts of pages."""
OF_THE_SIGN_IN = ("/sign-in", "/set-password")


@pytest.fixture(scope="module")
def places(console: Console) -> dict[str, str]:
    """The ids in the addresses."""
    tenant = console.foreign
    endpoint = tenant.new_endpoint("http://user:secret@127.0.0.1:9/<b>?'\"", HOSTILE)
    draft = tenant.draft(HOSTILE, external_id=f"draft {HOSTILE}", memo=HOSTILE)
    issued = tenant.paid(HOSTILE, external_id=f"issued {HOSTILE}", memo=HOSTILE)
    note = "select id from credit_note where invoice_id = %(id)s"
    refund_id = str(
        tenant.scalar("select id from refund where invoice_id = %(id)s", id=console.hostile.id)
    )
    tenant.calls_provider(refund_id, HOSTILE)
    return {
        "invoice": console.hostile.id,
        "customer": console.hostile.customer_id,
        "note": str(tenant.scalar(note, id=console.hostile.id)),
        "refund": refund_id,
        "draft": draft.id,
        "issued": issued.id,
        "key": tenant.new_key(HOSTILE),
        "endpoint": endpoint,
        "delivery": tenant.sample(endpoint),
    }


@pytest.fixture(scope="module")
def visitor(new_page: Opened) -> Iterator[Watched]:
    """An administrator of the hostile tenant, who opens all pages in one browser."""
    watch = new_page(FOREIGNER)
    yield watch
    watch.page.context.close()


@pytest.fixture
def page(visitor: Watched) -> Iterator[Page]:
    yield visitor.page
    faults, visitor.faults = visitor.faults, []
    assert faults == []


def test_no_page_is_forgotten() -> None:
    """A new page gets a line in the table."""
    opened = {path.partition("?")[0] for path in PAGES.values()}
    opened = {
        path.replace("{draft}", "{invoice}").replace("{issued}", "{invoice}") for path in opened
    }
    routes = {route.path for route in ROUTES if "GET" in (route.methods or ())}
    known = {route.replace("{account:path}", "ACCOUNTS_RECEIVABLE") for route in routes}
    left = {path for path in known - opened if not path.startswith(OF_THE_SIGN_IN)}
    assert left == NO_PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page(name: str, page: Page, places: dict[str, str]) -> None:
    page.goto(PAGES[name].format(**places))
    expect(page.get_by_role("main")).to_be_visible()
    assert "\n".join(complaints(page)) == ""
    assert page.locator("[src=x]").count() == 0


SCREEN_ONLY = ".sidebar, .toasts, .way-back, .filters, .book-filters, .tabs, .actions"


@pytest.mark.parametrize("name", ["invoice as a page", "customer, statement", "trial balance"])
def test_a_page_on_paper(name: str, page: Page, places: dict[str, str]) -> None:
    """What only a screen needs is not printed."""
    page.goto(PAGES[name].format(**places))
    page.emulate_media(media="print")
    printed = [
        one.get_attribute("class") for one in page.locator(SCREEN_ONLY).all() if one.is_visible()
    ]
    assert printed == []
    expect(page.get_by_role("main")).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="screen")


@pytest.mark.parametrize("show", ["", "&show=timeline"])
def test_a_hostile_text_is_shown_as_text(show: str, page: Page, console: Console) -> None:
    page.goto(f"/billing/invoices?open={console.hostile.id}{show}")
    expect(panel(page)).to_contain_text(HOSTILE)
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    expect(page).to_have_title(f"Invoices · Elsewhere {HOSTILE}")


def void_with_amounts(page: Page, places: dict[str, str]) -> None:
    page.goto(f"/billing/invoices?open={places['issued']}")
    asked = open_dialog(page, "Void invoice")
    asked.get_by_label("Refund to the payment method").fill("700")
    asked.get_by_label("Credit", exact=True).fill("500")
    expect(asked.get_by_label("Type INV-")).to_be_visible()


def void_with_a_fault(page: Page, places: dict[str, str]) -> None:
    page.goto(f"/billing/invoices?open={places['issued']}")
    asked = open_dialog(page, "Void invoice")
    asked.get_by_label("Refund to the payment method").fill("9999999")
    expect(asked.locator("#refund-fault")).to_contain_text("At most")


def finalize(page: Page, places: dict[str, str]) -> None:
    page.goto(f"/billing/invoices?open={places['draft']}")
    open_dialog(page, "Finalize invoice")


def delete(page: Page, places: dict[str, str]) -> None:
    page.goto(f"/billing/invoices?open={places['draft']}")
    open_dialog(page, "Delete draft")


def shortcuts(page: Page, places: dict[str, str]) -> None:
    page.goto("/billing/invoices")
    page.keyboard.press("?")


def notifications(page: Page, places: dict[str, str]) -> None:
    page.goto(f"/billing/invoices?open={places['draft']}")
    page.get_by_role("button", name="Notifications").click()


DIALOGS: dict[str, Callable[[Page, dict[str, str]], None]] = {
    "void with refund and credit": void_with_amounts,
    "void with a fault": void_with_a_fault,
    "finalize": finalize,
    "delete a draft": delete,
    "shortcuts": shortcuts,
    "notifications": notifications,
}


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog(name: str, page: Page, places: dict[str, str]) -> None:
    DIALOGS[name](page, places)
    expect(dialog(page)).to_be_visible()
    assert "\n".join([*violations(page), *overflows(page)]) == ""
    wide = """(dialog) => dialog.scrollWidth > dialog.clientWidth
      ? [...dialog.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right
          > dialog.getBoundingClientRect().right && !one.closest(".table-scroll"))
          .map((one) => one.outerHTML.slice(0, 80)) : []"""
    page.set_viewport_size({"width": 320, "height": 800})
    assert dialog(page).evaluate(wide) == []
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/code", "/sign-in?done=signed-out"])
def test_the_pages_of_the_sign_in(path: str, opened: Opened) -> None:
    page = opened(None).page
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "\n".join(complaints(page)) == ""


def test_a_link_that_has_expired(opened: Opened) -> None:
    watch = opened(None)
    with watch.allowed(404):
        watch.page.goto("/set-password/unknown")
    assert "\n".join(complaints(watch.page)) == ""


def test_the_second_factor(page: Page) -> None:
    page.goto("/account")
    page.get_by_role("button", name="Set up the second factor").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert "\n".join(complaints(page)) == ""


def test_what_a_viewer_sees(opened: Opened, console: Console) -> None:
    page, bill = opened(Role.VIEWER).page, console.tenant.issued()
    shown = open_invoice(page, bill)
    expect(shown.get_by_role("button", name="Void invoice")).to_be_disabled()
    expect(shown).to_contain_text("Finalizing, voiding and deleting need the role operator.")
    assert "\n".join(complaints(page)) == ""


def test_the_menus(page: Page) -> None:
    page.goto("/billing/invoices")
    page.get_by_text("Filter", exact=True).click()
    expect(page.get_by_label("Currency")).to_be_visible()
    assert list(violations(page)) == []
    page.set_viewport_size({"width": 390, "height": 800})
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    assert list(violations(page)) == []
    page.set_viewport_size({"width": 1440, "height": 900})


def test_the_checks_catch_what_they_forbid(page: Page) -> None:
    """A label, a contrast and a width are broken by hand, and a link leads nowhere."""
    page.goto("/billing/invoices")
    page.evaluate(
        """() => {
          document.querySelector("label[for=q]").remove();
          document.querySelector("#q").placeholder = "";
          const title = document.querySelector("h1");
          title.style.cssText = "color: #bbb; background: #fff; width: 900px";
          title.insertAdjacentHTML("afterend",
            '<a href="/nowhere">x</a><a href="/" hx-target="#gone">y</a>');
        }"""
    )
    found = "\n".join(violations(page))
    assert "light: label" in found
    assert "light: color-contrast" in found
    assert any("320" in wide or "px" in wide for wide in overflows(page))
    assert list(dead_links(page)) == ["no route for GET /nowhere", "no element #gone"]
