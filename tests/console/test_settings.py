"""The page of the settings: what is saved, what is refused at its field, and who may change it."""

import html
import re
import time

import pytest

from cli.terminal import Serving
from faults.world import customers, invoices
from operators.staff import Browser, Staff
from polaris.core.facts.tenant import Tenant
from polaris.engine import Engine
from polaris.operators.roles import Role
from polaris.serving.async_engine import MOMENT_SECONDS
from polaris.store.read import tenants

SHOWN = re.compile(r'<(?:input|textarea|select)[^>]*? name="([^"]+)"[^>]*?>')
CHECKED = re.compile(r'type="checkbox" name="([^"]+)" value="yes"( checked)?')
VALUE = re.compile(r' value="([^"]*)"')


@pytest.fixture
def admin(serving: Serving, staff: Staff) -> Browser:
    """A browser in which an administrator is signed in."""
    return Browser.signed_in(serving.url, staff, staff.hire(Role.ADMIN))


def form_of(page: str) -> dict[str, str]:
    """Return the fields of the settings form as a browser would send them."""
    page = page[page.index('action="/settings"') : page.index('class="save-bar"')]
    boxes = dict(CHECKED.findall(page))
    fields = {name: "yes" for name, checked in boxes.items() if checked}
    for found in SHOWN.finditer(page):
        name, rest = found[1], page[found.end() :]
        if found[0].startswith("<textarea"):
            fields[name] = html.unescape(rest[: rest.index("</textarea>")])
        elif found[0].startswith("<select"):
            chosen = re.search(
                r'<option(?: value="([^"]*)")? selected>([^<]*)', rest[: rest.index("</select>")]
            )
            fields[name] = html.unescape(chosen[1] or chosen[2]) if chosen else ""
        elif name not in boxes:
            value = VALUE.search(found[0])
            fields[name] = html.unescape(value[1]) if value else ""
    return fields


def opened(browser: Browser) -> dict[str, str]:
    return form_of(browser.get("/settings").text)


def stored(staff: Staff) -> Tenant:
    with staff.database.connect() as connection:
        return tenants.tenant(connection, staff.tenant_id)


def test_an_administrator_saves_fields_of_every_kind(admin: Browser, staff: Staff) -> None:
    typed = {
        "name": "Faults & <script>alert(1)</script>",
        "address_country": "DE",
        "payment_term_days": "30",
        "void_reasons": "ordered twice\r\nOrdered twice\r\n\r\n",
        "void_reason_required": "yes",
        "void_dated": "invoice",
        "void_with_credit_note": "yes",
        "confirm_above_minor": "1000.50",
        "invoice_format": "RE-{next:04}",
        "lago.skip_zero": "yes",
    }
    answer = admin.post("/settings", {**opened(admin), **typed})
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings?saved=yes")
    tenant = stored(staff)
    settings = tenant.settings
    assert (tenant.name, tenant.address.country) == (typed["name"], "DE")
    assert (settings.payment_term_days, settings.confirm_above_minor) == (30, 100050)
    assert settings.void_reasons == ("ordered twice", "Ordered twice")
    assert (settings.void_reason_required, settings.void_with_credit_note) == (True, True)
    assert (settings.void_dated, settings.invoice_format) == ("invoice", "RE-{next:04}")
    assert tenant.details == {"lago": {"skip_zero": True}}
    page = admin.get("/settings?saved=yes").text
    assert "RE-0001" in page
    assert "Last changed by" in page
    assert "<script>alert(1)" not in page
    assert opened(admin)["confirm_above_minor"] == "1000.50"


def test_what_was_set_can_be_taken_back(admin: Browser, staff: Staff) -> None:
    admin.post("/settings", {**opened(admin), "phone": "1", "confirm_above_minor": "5"})
    form = {**opened(admin), "phone": "", "confirm_above_minor": ""}
    del form["refuse_void_when_credited"]  # an unticked box sends nothing
    assert admin.post("/settings", form).status_code == 303
    tenant = stored(staff)
    assert (tenant.phone, tenant.settings.confirm_above_minor) == (None, None)
    assert not tenant.settings.refuse_void_when_credited


def test_a_form_that_changes_nothing_writes_nothing(admin: Browser, staff: Staff) -> None:
    answer = admin.post("/settings", opened(admin))
    assert answer.headers["location"] == "/settings?saved=nothing"
    with staff.database.connect() as connection:
        query = "select count(*) from audit where tenant_id = %(t)s and command = 'SaveTenant'"
        assert connection.execute(query, {"t": staff.tenant_id}).fetchone() == (0,)


FAULTS = {
    "name": ("", "required"),
    "timezone": ("Berlin", "time zone"),
    "payment_term_days": ("soon", "Type a whole number, such as 30."),
    "confirm_above_minor": ("1,000.50", "This is not an amount in EUR."),
    "void_reasons": ("x" * 101, "not allowed for the setting"),
    "invoice_format": ("INV", "number format"),
    "note_format": ("INV-{next:06}", "same number"),
    "lago.notes_on_void": ("lost", "Choose one of parked, back."),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_shown_at_its_field_and_changes_nothing(
    admin: Browser, staff: Staff, name: str
) -> None:
    text, sentence = FAULTS[name]
    before = stored(staff)
    answer = admin.post("/settings", {**opened(admin), "phone": "42", name: text})
    assert answer.status_code == 422
    found = re.search(f'id="{re.escape(name)}-fault">([^<]+)<', answer.text)
    assert found, answer.text
    assert sentence in html.unescape(found[1])
    assert form_of(answer.text)["phone"] == "42"  # what was typed is still there
    assert stored(staff) == before


def test_nobody_overwrites_what_a_colleague_saved_meanwhile(
    serving: Serving, admin: Browser, staff: Staff
) -> None:
    colleague = staff.hire(Role.ADMIN, "colleague@example.com")
    other = Browser.signed_in(serving.url, staff, colleague)
    form = opened(admin)
    other.post("/settings", {**opened(other), "email": "books@example.com"})
    answer = admin.post("/settings", {**form, "phone": "42"})
    assert answer.status_code == 409
    assert "colleague@example.com changed E-mail on" in " ".join(answer.text.split())
    assert stored(staff).phone is None
    again = form_of(answer.text)
    assert (again["email"], again["phone"]) == ("books@example.com", "42")
    assert admin.post("/settings", again).status_code == 303
    assert (stored(staff).email, stored(staff).phone) == ("books@example.com", "42")


def test_a_form_that_is_sent_twice_is_done_once(admin: Browser, staff: Staff) -> None:
    form = {**opened(admin), "phone": "42"}
    assert [admin.post("/settings", form).status_code for _ in range(2)] == [303, 303]
    with staff.database.connect() as connection:
        query = "select count(*) from audit where tenant_id = %(t)s and command = 'SaveTenant'"
        assert connection.execute(query, {"t": staff.tenant_id}).fetchone() == (1,)


NUMBERS = {
    "invoice_format=R{next:03}&note_format=G{next}": ["<code>R001</code>", "<code>G1</code>"],
    "invoice_format=R{customer}-{next}&invoice_scope=customer": ["<code>R001-1</code>"],
    "note_format={invoice}-{next:02}&note_scope=invoice": ["<code>INV-000001-01</code>"],
    "invoice_format=R": ["Format of invoice numbers", "is not valid"],
    "invoice_scope=customer": ["does not name the"],
}


@pytest.mark.parametrize("query", NUMBERS)
def test_the_next_numbers_of_a_typed_format_are_shown(admin: Browser, query: str) -> None:
    answer = admin.get(f"/settings/numbers?{query}", hx_request="true")
    assert answer.status_code == 200
    for text in NUMBERS[query]:
        assert text in html.unescape(answer.text)


def test_the_void_dialog_follows_the_settings(admin: Browser, staff: Staff) -> None:
    """The invoice is of EUR 12.00, so a limit of 12.00 asks for its number, and 12.01 does not."""
    engine = Engine(staff.database, connections=1)
    (invoice_id,) = invoices(engine, staff.tenant_id, customers(engine, staff.tenant_id, 1), 1)
    path = f"/billing/invoices/{invoice_id}/void"
    assert 'name="note" value="on">' in admin.get(path).text
    for limit, asks in (("12.01", False), ("12.00", True)):
        edits = {"confirm_above_minor": limit, "void_with_credit_note": "yes"}
        admin.post("/settings", {**opened(admin), **edits})
        time.sleep(MOMENT_SECONDS + 0.1)  # a server may use an old setting for this long
        page = admin.get(path).text
        assert 'name="note" value="on" checked>' in page
        assert ("Type INV-000001 to confirm" in page) is asks
    refused = admin.post(path, {"note": "on"})
    assert refused.status_code == 422
    assert "to confirm: the settings ask for it from EUR" in refused.text
    assert admin.post(path, {"note": "on", "number": "INV-000001"}).status_code == 303


def test_others_see_the_settings_and_cannot_change_them(serving: Serving, staff: Staff) -> None:
    for role in (Role.VIEWER, Role.OPERATOR):
        browser = Browser.signed_in(serving.url, staff, staff.hire(role))
        page = browser.get("/settings").text
        assert "Only an administrator can change the settings." in page
        assert "Save changes" not in page
        assert browser.post("/settings", {"phone": "42", "was": "{}"}).status_code == 403
    assert stored(staff).phone is None


def test_a_theme_is_kept_and_leads_back_to_a_page_of_this_site(admin: Browser) -> None:
    answer = admin.post("/account/theme", {"theme": "dark", "next": "/settings"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings")
    assert 'data-theme="dark"' in admin.get("/settings").text
    for away in ("//evil.example", "https://evil.example", "/\\evil.example", ""):
        answer = admin.post("/account/theme", {"theme": "pink", "next": away})
        assert answer.headers["location"] == "/account"
    assert 'data-theme="dark"' in admin.get("/settings").text


def test_a_changed_form_is_not_taken_for_the_one_that_was_sent(
    admin: Browser, staff: Staff
) -> None:
    """After going back in the browser, the second form was answered as saved, but was lost."""
    form = opened(admin)
    assert admin.post("/settings", {**form, "phone": "111"}).status_code == 303
    assert admin.post("/settings", {**form, "phone": "111"}).status_code == 303  # a double click
    again = admin.post("/settings", {**form, "phone": "222"})
    assert again.status_code == 422
    assert "This form was sent before with other values" in again.text
    assert stored(staff).phone == "111"
    assert admin.post("/settings", {**opened(admin), "phone": "222"}).status_code == 303
    assert stored(staff).phone == "222"
