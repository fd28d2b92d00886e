"""The list of invoices, finalize and void, over HTTP, on a server with two workers."""

import html
import re

import httpx
import pytest

from cli.terminal import Serving
from faults import world
from operators.staff import Browser, Staff
from polaris.core.commands import (
    Command,
    FinalizeInvoice,
    ReceivePayment,
    SaveCustomer,
    SaveTenant,
    VoidInvoice,
)
from polaris.engine import Engine, new_id
from polaris.operators.roles import Role
from polaris.store.read import timeline
from polaris.store.read.invoices import WholeInvoice, whole_invoice

SCRIPT = {"hx_request": "true"}


class Books:
    """A tenant with one customer, changed by commands."""

    def __init__(self, staff: Staff) -> None:
        self.staff, self.tenant_id = staff, staff.tenant_id
        self.engine = Engine(staff.database, connections=1)
        self.customer_id = new_id()
        self.do(
            SaveCustomer(
                customer_id=self.customer_id,
                external_id="acme",
                name="Acme <b>Works</b>",
                email="pay@acme.example",
            )
        )

    def do(self, *commands: Command) -> None:
        """Perform commands, of which none may be refused."""
        world.done(self.engine, self.tenant_id, commands)

    def draft(self) -> str:
        """Create a draft of EUR 12.00. Return its id."""
        invoice_id = new_id()
        self.do(world.draft(invoice_id, self.customer_id))
        return invoice_id

    def issued(self, paid_minor: int = 0) -> str:
        """Create a finalized invoice of EUR 12.00, with a payment. Return its id."""
        invoice_id = self.draft()
        self.do(FinalizeInvoice(invoice_id=invoice_id))
        if paid_minor:
            self.do(
                ReceivePayment(
                    payment_id=new_id(),
                    currency="EUR",
                    amount_minor=paid_minor,
                    method="transfer",
                    apply_to={invoice_id: paid_minor},
                )
            )
        return invoice_id

    def whole(self, invoice_id: str) -> WholeInvoice:
        """Return an invoice as it is stored."""
        with self.staff.database.connect() as connection:
            whole = whole_invoice(connection, self.tenant_id, invoice_id)
        assert whole
        return whole

    def audited(self, invoice_id: str, command: str) -> list[tuple[str, str]]:
        """Return the actor and the outcome of each request of a command about an invoice."""
        with self.staff.database.connect() as connection:
            found = timeline.timeline(connection, self.tenant_id, invoice_id)
        return [(one.actor, one.outcome) for one in found if one.command == command]


@pytest.fixture
def books(staff: Staff) -> Books:
    return Books(staff)


@pytest.fixture
def browser(serving: Serving, staff: Staff) -> Browser:
    """A browser in which an operator is signed in."""
    return Browser.signed_in(serving.url, staff, staff.hire(email="olga@example.com"))


def hidden(page: httpx.Response) -> dict[str, str]:
    """Return the hidden fields of the form on a page that confirms a command."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    names = ("request_id", "expect", "expected", "back")
    return {name: html.unescape(value) for name, value in found if name in names}


def numbers(page: httpx.Response) -> list[str]:
    """Return the numbers of the listed invoices, in order."""
    return re.findall(r'class="row-link"[^>]*>([^<]*)</a>', page.text)


def counts(page: httpx.Response) -> dict[str, str]:
    """Return the number at each tab."""
    tabs = re.findall(r'>(\w+)<span class="count">([\d,]+)</span>', page.text)
    return dict(tabs)


# ---------------------------------------------------------------- the list


def test_the_tabs_count_what_they_list(browser: Browser, books: Books) -> None:
    books.draft()
    books.issued()
    paid = books.issued(1200)
    voided = books.issued()
    books.do(VoidInvoice(invoice_id=voided))
    page = browser.get("/billing/invoices")
    assert counts(page) == {
        "All": "4", "Draft": "1", "Finalized": "2", "Pending": "1", "Overdue": "0",
        "Paid": "1", "Voided": "1",
    }  # fmt: skip  # a row of names and numbers
    assert sorted(numbers(page)) == ["Draft", "INV-000001", "INV-000002", "INV-000003"]
    assert numbers(browser.get("/billing/invoices?status=paid")) == ["INV-000002"]
    assert (
        "EUR\N{NO-BREAK SPACE}24.00 in total"
        in browser.get("/billing/invoices?status=finalized").text
    )
    assert books.whole(paid).invoice.number == "INV-000002"


@pytest.mark.parametrize("text", ["INV-000002", "ID", "{id}"])
def test_the_only_match_is_opened(browser: Browser, books: Books, text: str) -> None:
    books.issued()
    second = books.issued()
    asked = {"INV-000002": "INV-000002", "ID": second, "{id}": second.upper()}[text]
    answer = browser.get(f"/billing/invoices?q={asked}")
    assert answer.status_code == 303
    assert f"open={second}" in answer.headers["location"]
    assert "INV-000002" in browser.get(answer.headers["location"]).text


def test_several_matches_are_listed(browser: Browser, books: Books) -> None:
    books.issued()
    books.issued()
    page = browser.get("/billing/invoices?q=pay@acme.example")
    assert sorted(numbers(page)) == ["INV-000001", "INV-000002"]
    assert numbers(browser.get("/billing/invoices?q=nobody")) == []
    assert "No invoice matches" in browser.get("/billing/invoices?q=nobody").text


@pytest.mark.parametrize(
    "order", ["issue_date", "due_date", "created", "number", "customer", "total"]
)
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_go_forth_and_back(
    browser: Browser, books: Books, order: str, direction: str
) -> None:
    """The second page continues where the first ends, and its link back leads to the first."""
    books.do(*(world.draft(new_id(), books.customer_id) for _ in range(53)))
    first = browser.get(f"/billing/invoices?sort={order}&dir={direction}")
    ids = re.findall(r'<tr data-id="([^"]+)"', first.text)
    link = html.unescape(re.findall(r'rel="next" href="([^"]+)"', first.text)[0])
    second = browser.get(link)
    rest = re.findall(r'<tr data-id="([^"]+)"', second.text)
    assert (len(ids), len(rest)) == (50, 3)
    assert not set(ids) & set(rest)
    back = html.unescape(re.findall(r'rel="prev" href="([^"]+)"', second.text)[0])
    assert re.findall(r'<tr data-id="([^"]+)"', browser.get(back).text) == ids


def test_filters_that_cannot_be_read_are_named(browser: Browser, books: Books) -> None:
    books.issued()
    page = browser.get("/billing/invoices?from=yesterday&min=1.234")
    assert "This is not a day. Type it like 2026-01-31." in page.text
    assert "This is not an amount in EUR. Type it like 1234.50." in page.text
    assert numbers(page) == ["INV-000001"]
    assert numbers(browser.get("/billing/invoices?min=12.00&max=12")) == ["INV-000001"]
    assert numbers(browser.get("/billing/invoices?min=12.01")) == []


def test_the_panel_shows_the_text_of_others_as_text(browser: Browser, books: Books) -> None:
    invoice_id = books.issued()
    page = browser.get(f"/billing/invoices?open={invoice_id}")
    assert "Acme &lt;b&gt;Works&lt;/b&gt;" in page.text
    assert "<b>Works" not in page.text


def test_an_invoice_has_a_page_by_number_too(browser: Browser, books: Books) -> None:
    invoice_id = books.issued()
    answer = browser.get("/billing/invoices/INV-000001")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/billing/invoices/{invoice_id}",
    )
    for name, words in (
        ("overview", "Where the status comes from"),
        ("payments", "What settled it"),
        ("ledger", "ACCOUNTS_RECEIVABLE"),
        ("timeline", "Finalize invoice"),
    ):
        assert words in browser.get(f"/billing/invoices/{invoice_id}?show={name}").text


def test_another_tenants_invoice_is_not_found(browser: Browser, books: Books, staff: Staff) -> None:
    other = Staff(staff.database)
    foreign = Books(other).issued()
    mine = books.issued()
    assert browser.get(f"/billing/invoices/{mine}").status_code == 200
    for path in ("", "/finalize", "/void", f"/receipt/{new_id()}"):
        assert browser.get(f"/billing/invoices/{foreign}{path}").status_code == 404
    for path in ("/finalize", "/void", "/void/preview"):
        assert browser.post(f"/billing/invoices/{foreign}{path}").status_code == 404
    assert "There is no such invoice" in browser.get(f"/billing/invoices?open={foreign}").text


# ---------------------------------------------------------------- finalize


def test_a_draft_is_finalized_once(browser: Browser, books: Books) -> None:
    draft = books.draft()
    form = hidden(browser.get(f"/billing/invoices/{draft}/finalize?back=/billing/invoices"))
    answers = [browser.post(f"/billing/invoices/{draft}/finalize", form) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    page = browser.get(answers[0].headers["location"])
    assert "The invoice is finalized." in page.text
    assert books.whole(draft).invoice.number == "INV-000001"
    assert books.audited(draft, "FinalizeInvoice") == [("operator:olga@example.com", "done")]


def test_a_draft_that_changed_is_not_finalized(browser: Browser, books: Books) -> None:
    draft = books.draft()
    form = hidden(browser.get(f"/billing/invoices/{draft}/finalize"))
    other = SaveCustomer(customer_id=books.customer_id, external_id="acme", name="Renamed")
    books.do(other)
    answer = browser.post(f"/billing/invoices/{draft}/finalize", form)
    assert answer.status_code == 409
    assert "Nothing was done." in answer.text
    assert "Renamed" in answer.text
    assert books.whole(draft).invoice.status == "draft"
    again = browser.post(f"/billing/invoices/{draft}/finalize", hidden(answer))
    assert again.status_code == 303
    assert books.whole(draft).invoice.number == "INV-000001"


def test_an_invoice_that_somebody_else_finalized_says_so(browser: Browser, books: Books) -> None:
    draft = books.draft()
    form = hidden(browser.get(f"/billing/invoices/{draft}/finalize"))
    books.do(FinalizeInvoice(invoice_id=draft))
    answer = browser.post(f"/billing/invoices/{draft}/finalize", form)
    assert answer.status_code == 422
    assert "already finalized" in answer.text


# ---------------------------------------------------------------- void


def sent(browser: Browser, invoice_id: str, **choices: str) -> httpx.Response:
    """Preview a void with these choices, then confirm it."""
    path = f"/billing/invoices/{invoice_id}/void"
    preview = browser.post(f"{path}/preview", choices, **SCRIPT)
    return browser.post(path, {**choices, **hidden(preview)})


def test_a_paid_invoice_is_voided_with_refund_and_credit(browser: Browser, books: Books) -> None:
    invoice_id = books.issued(1200)
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
    whole = books.whole(invoice_id)
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
    browser: Browser, books: Books, choices: dict[str, str], sentence: str
) -> None:
    invoice_id = books.issued(1200)
    answer = sent(browser, invoice_id, **choices)
    assert answer.status_code == 422
    assert sentence in answer.text
    for typed in choices.values():
        assert typed in answer.text
    assert books.whole(invoice_id).invoice.status == "finalized"


def test_the_reason_of_the_settings_is_required(browser: Browser, books: Books) -> None:
    settings = {"void_reasons": ["duplicate"], "void_reason_required": True}
    books.do(SaveTenant(tenant_id=books.tenant_id, settings_changes=settings))
    invoice_id = books.issued()
    assert sent(browser, invoice_id).status_code == 422
    assert sent(browser, invoice_id, reason="Duplicate").status_code == 422
    assert sent(browser, invoice_id, reason="duplicate").status_code == 303
    assert books.whole(invoice_id).invoice.void_reason == "duplicate"


def test_a_void_and_its_replacement_are_one_command(browser: Browser, books: Books) -> None:
    invoice_id = books.issued()
    assert sent(browser, invoice_id, replace="on").status_code == 303
    voided = books.whole(invoice_id).invoice
    assert voided.status == "voided"
    assert voided.regenerated_as
    draft = books.whole(voided.regenerated_as).invoice
    assert (draft.status, draft.total_minor, draft.regenerated_from) == ("draft", 1200, invoice_id)
    assert len(books.audited(invoice_id, "RegenerateInvoice")) == 1


def test_what_was_paid_meanwhile_stops_a_void(browser: Browser, books: Books) -> None:
    invoice_id = books.issued()
    path = f"/billing/invoices/{invoice_id}/void"
    form = hidden(browser.get(path))
    books.do(
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
    assert books.whole(invoice_id).invoice.status == "finalized"
    assert browser.post(path, hidden(answer)).status_code == 303


def test_a_draft_and_a_voided_invoice_say_why_not(browser: Browser, books: Books) -> None:
    draft, voided = books.draft(), books.issued()
    books.do(VoidInvoice(invoice_id=voided))
    for invoice_id, sentence in (
        (draft, "Finalize the draft first, or delete it."),
        (voided, "The invoice is already voided."),
    ):
        assert sentence in browser.get(f"/billing/invoices/{invoice_id}").text
        refused = sent(browser, invoice_id)
        assert refused.status_code == 422
        assert sentence in refused.text


# ---------------------------------------------------------------- roles and forms


def test_a_viewer_reads_and_changes_nothing(serving: Serving, staff: Staff, books: Books) -> None:
    viewer = Browser.signed_in(serving.url, staff, staff.hire(Role.VIEWER))
    draft = books.draft()
    page = viewer.get(f"/billing/invoices/{draft}")
    assert "You have the role viewer." in page.text
    for path in ("finalize", "void"):
        assert viewer.get(f"/billing/invoices/{draft}/{path}").status_code == 403
        assert viewer.post(f"/billing/invoices/{draft}/{path}").status_code == 403
    assert books.whole(draft).invoice.status == "draft"


def test_a_form_of_another_site_is_refused(browser: Browser, books: Books) -> None:
    draft = books.draft()
    path = f"/billing/invoices/{draft}/finalize"
    form = hidden(browser.get(path))
    assert browser.post(path, {**form, "csrf": "wrong"}).status_code == 403
    assert browser.post(path, form, sec_fetch_site="cross-site").status_code == 403
    assert books.whole(draft).invoice.status == "draft"


def test_pages_have_the_security_headers(browser: Browser, books: Books) -> None:
    headers = browser.get("/billing/invoices").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_scripts_get_only_the_part_that_changes(browser: Browser, books: Books) -> None:
    invoice_id = books.issued()
    part = browser.get(f"/billing/invoices?open={invoice_id}", hx_target="panel", **SCRIPT)
    assert part.text.lstrip().startswith("<article")
    rows = browser.get("/billing/invoices?status=pending", hx_target="list", **SCRIPT)
    assert "<html" not in rows.text
    assert numbers(rows) == ["INV-000001"]
