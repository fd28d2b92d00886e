"""The pages of the sign-in, over HTTP, on a server with two workers."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from cli.terminal import Serving
from operators.staff import PASSWORD, Browser, Staff
from operators.test_second_factor import code_at, switched_on
from polaris.operators import administration
from polaris.operators.roles import Role
from polaris.operators.sessions import COOKIE
from polaris.store.operators import changes

NEW = "a new password of mine"


@pytest.fixture
def browser(serving: Serving) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(serving.url)


def sign_in(browser: Browser, email: str, password: str = PASSWORD, **form: str) -> int:
    return browser.post("/sign-in", {"email": email, "password": password, **form}).status_code


# ---------------------------------------------------------------- to the page and back


def test_a_page_leads_to_the_sign_in_and_back(browser: Browser, staff: Staff) -> None:
    operator = staff.hire()
    answer = browser.get("/billing/invoices?status=draft&q=a%20b")
    assert answer.status_code == 303
    where = answer.headers["location"]
    assert where == "/sign-in?next=/billing/invoices%3Fstatus%3Ddraft%26q%3Da%2520b"
    page = browser.get(where)
    assert 'name="next" value="/billing/invoices?status=draft&amp;q=a%20b"' in page.text
    following = "/billing/invoices?status=draft&q=a%20b"
    form = {"email": operator.email, "password": PASSWORD, "next": following}
    done = browser.post("/sign-in", form)
    assert (done.status_code, done.headers["location"]) == (303, following)
    assert browser.get("/billing/invoices").status_code == 200
    assert browser.get("/sign-in?next=/account").headers["location"] == "/account"


@pytest.mark.parametrize(
    "following",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "evil",
        "",
        "/a\r\nset-cookie: x=y",
    ],
)
def test_the_sign_in_leads_to_no_other_site(browser: Browser, staff: Staff, following: str) -> None:
    operator = staff.hire()
    form = {"email": operator.email, "password": PASSWORD, "next": following}
    assert browser.post("/sign-in", form).headers["location"] == "/"


def test_the_cookie_is_for_this_site_only(browser: Browser, staff: Staff) -> None:
    operator = staff.hire()
    form = {"email": operator.email, "password": PASSWORD}
    plain = browser.post("/sign-in", form).headers["set-cookie"].lower()
    assert plain.startswith(COOKIE)
    for part in ("httponly", "samesite=strict", "path=/", "max-age=1209600"):
        assert part in plain
    assert "secure" not in plain and "domain" not in plain
    browser.cookies = {}
    behind_tls = browser.post("/sign-in", form, x_forwarded_proto="https")
    assert "secure" in behind_tls.headers["set-cookie"].lower()


def test_a_link_on_another_site_reloads_the_page_with_the_cookie(browser: Browser) -> None:
    answer = browser.get("/account?a=1", sec_fetch_site="cross-site")
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0; url=/account?a=1">' in answer.text
    assert browser.get("/account", sec_fetch_site="same-origin").status_code == 303


# ---------------------------------------------------------------- refused


def test_a_failure_keeps_the_email_and_says_nothing_else(browser: Browser, staff: Staff) -> None:
    operator = staff.hire()
    form = {"email": operator.email, "password": "wrong"}
    known = browser.post("/sign-in", form)
    unknown = browser.post("/sign-in", {**form, "email": f"x{operator.email}"})
    assert known.status_code == unknown.status_code == 422
    assert f'value="{operator.email}"' in known.text and "wrong" not in re.findall(
        'value="([^"]*)"', known.text
    )
    assert known.text == unknown.text.replace(f"x{operator.email}", operator.email)
    assert COOKIE not in browser.cookies


def test_too_many_failures_say_when_to_try_again(browser: Browser, staff: Staff) -> None:
    operator = staff.hire()
    assert [sign_in(browser, operator.email, "wrong") for _ in range(2)] == [422] * 2
    until = datetime.now(UTC) + timedelta(minutes=10)
    with staff.database.connect() as connection:
        subject = f"email:{operator.email}"
        assert changes(connection, "block_attempts", subject=subject, blocked_until=until) == 1
    refused = browser.post("/sign-in", {"email": operator.email, "password": PASSWORD})
    seconds = int(refused.headers["retry-after"])
    assert refused.status_code == 429 and 1 <= seconds <= 600
    assert f"Try again in {seconds} seconds." in refused.text


def test_a_sign_in_sent_by_another_site_is_refused(browser: Browser, staff: Staff) -> None:
    """Otherwise a page could sign its visitors in to somebody else's account."""
    operator = staff.hire()
    form = {"email": operator.email, "password": PASSWORD}
    assert browser.post("/sign-in", form, sec_fetch_site="cross-site").status_code == 403
    assert browser.post("/sign-in", form, origin="https://evil.example").status_code == 403
    assert COOKIE not in browser.cookies
    assert browser.post("/sign-in", form, origin=browser.url).status_code == 303


def test_typed_text_is_escaped(browser: Browser) -> None:
    form = {"email": '"><script>alert(1)</script>', "password": "x"}
    assert "<script>alert" not in browser.post("/sign-in", form).text


# ---------------------------------------------------------------- second factor and links


def test_the_second_factor_is_a_step_of_its_own(browser: Browser, staff: Staff) -> None:
    operator = staff.hire()
    secret, _ = switched_on(staff, operator)
    form = {"email": operator.email, "password": PASSWORD, "next": "/account"}
    answer = browser.post("/sign-in", form)
    assert answer.headers["location"] == "/sign-in/code?next=/account"
    half = browser.cookies[COOKIE]
    assert browser.get("/account").status_code == 303
    assert browser.get("/sign-in/code?next=/account").status_code == 200
    wrong = browser.post("/sign-in/code", {"code": "nothing", "next": "/account"})
    assert wrong.status_code == 422 and "The code is wrong" in wrong.text
    code = code_at(secret, datetime.now(UTC))
    done = browser.post("/sign-in/code", {"code": code, "next": "/account"})
    assert (done.status_code, done.headers["location"]) == (303, "/account")
    assert browser.cookies[COOKIE] != half
    assert browser.get("/account").status_code == 200


def test_a_code_without_the_password_is_refused(browser: Browser) -> None:
    answer = browser.post("/sign-in/code", {"code": "123456"})
    assert answer.status_code == 422 and "has expired. Sign in again." in answer.text


def test_a_link_sets_the_password_and_signs_in(browser: Browser, staff: Staff) -> None:
    operator = staff.hire(Role.VIEWER)
    path = staff.link(operator)
    page = browser.get(path)
    assert page.status_code == 200 and operator.email in page.text
    assert page.headers["referrer-policy"] == "same-origin"
    weak = browser.post(path, {"password": "short", "email": operator.email})
    assert weak.status_code == 422 and "fewer than 12 characters" in weak.text
    done = browser.post(path, {"password": NEW})
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert browser.get("/account").status_code == 200
    for again in (browser.get(path), browser.post(path, {"password": NEW})):
        assert again.status_code == 404 and "used already" in again.text


def test_sign_out_ends_the_session_in_the_database(browser: Browser, staff: Staff) -> None:
    operator = staff.hire()
    browser = Browser.signed_in(browser.url, staff, operator)
    token = browser.cookies[COOKIE]
    done = browser.post("/sign-out")
    assert (done.status_code, done.headers["location"]) == (303, "/sign-in?done=signed-out")
    assert COOKIE not in browser.cookies
    browser.cookies[COOKIE] = token
    assert browser.get("/account").status_code == 303
    assert staff.audited(operator)[-1] == ("SignOut", operator.actor, "done")


# ---------------------------------------------------------------- a session that has ended


def test_a_script_gets_a_dialog_beside_what_was_typed(browser: Browser, staff: Staff) -> None:
    """The answer goes into another element than the form, so nothing typed is lost."""
    operator = staff.hire()
    page = Browser.signed_in(browser.url, staff, operator).get("/account").text
    assert f'<body data-session="{operator.id} {staff.tenant_id}">' in page
    assert '<dialog id="sign-in-dialog"' in page
    lost = browser.post("/account/password", {"password": NEW}, hx_request="true")
    assert lost.status_code == 401
    assert lost.headers["hx-retarget"] == "#sign-in-dialog"
    assert 'hx-post="/sign-in" hx-target="#sign-in-dialog"' in lost.text
    form = {"email": operator.email, "password": "wrong", "tenant_id": staff.tenant_id}
    wrong = browser.post("/sign-in", form, hx_request="true")
    assert wrong.status_code == 422 and "<html" not in wrong.text
    done = browser.post("/sign-in", {**form, "password": PASSWORD}, hx_request="true")
    assert (done.status_code, done.text) == (200, "")
    event = json.loads(done.headers["hx-trigger"])["signed-in"]
    assert event["owner"] == f"{operator.id} {staff.tenant_id}"
    browser.csrf = event["csrf"]
    again = browser.post("/account/second-factor", hx_request="true")
    assert again.status_code == 200


def test_the_dialog_signs_in_to_the_tenant_of_the_page(browser: Browser, staff: Staff) -> None:
    operator, other = staff.hire(), Staff(staff.database)
    with staff.database.connect() as connection:
        administration.set_role(connection, operator, other.tenant_id, Role.VIEWER, "test")
    for tenant_id in (staff.tenant_id, other.tenant_id):
        form = {"email": operator.email, "password": PASSWORD, "tenant_id": tenant_id}
        done = browser.post("/sign-in", form, hx_request="true")
        event = json.loads(done.headers["hx-trigger"])["signed-in"]
        assert event["owner"] == f"{operator.id} {tenant_id}"


def test_the_dialog_asks_for_the_second_factor(browser: Browser, staff: Staff) -> None:
    operator = staff.hire()
    _, codes = switched_on(staff, operator)
    form = {"email": operator.email, "password": PASSWORD}
    half = browser.post("/sign-in", form, hx_request="true")
    assert 'hx-post="/sign-in/code" hx-target="#sign-in-dialog"' in half.text
    assert "<html" not in half.text and "hx-trigger" not in half.headers
    done = browser.post("/sign-in/code", {"code": codes[0]}, hx_request="true")
    assert "signed-in" in json.loads(done.headers["hx-trigger"])


def test_an_expired_session_is_over_on_every_worker(browser: Browser, staff: Staff) -> None:
    operator = staff.hire()
    ago = datetime.now(UTC) - timedelta(hours=13)
    browser.remember(staff.token(operator, at=ago), staff.tenant_id)
    assert [browser.get("/account").status_code for _ in range(6)] == [303] * 6
    browser.remember(staff.token(operator), staff.tenant_id)
    assert [browser.get("/account").status_code for _ in range(6)] == [200] * 6
    with staff.database.connect() as connection:
        administration.disable(connection, operator, "test")
    assert [browser.get("/account").status_code for _ in range(6)] == [303] * 6
