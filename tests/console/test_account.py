"""The account page: password, second factor, sessions, tenants."""

import re

import pytest

from cli.terminal import Serving
from operators.staff import PASSWORD, Browser, Staff
from operators.test_second_factor import NOON, code_at, switched_on
from polaris.engine import new_id, now
from polaris.operators import administration, second_factor
from polaris.operators.operator import Operator
from polaris.operators.roles import Role
from polaris.operators.sessions import COOKIE

NEW = "a new password of mine"


@pytest.fixture
def operator(staff: Staff) -> Operator:
    return staff.hire(Role.VIEWER)


@pytest.fixture
def browser(serving: Serving, staff: Staff, operator: Operator) -> Browser:
    """A browser in which a viewer is signed in: the own account needs no other role."""
    return Browser.signed_in(serving.url, staff, operator)


def test_the_password_is_changed(browser: Browser, staff: Staff, operator: Operator) -> None:
    other = Browser.signed_in(browser.url, staff, operator)
    wrong = browser.post("/account/password", {"current_password": "no", "password": NEW})
    assert wrong.status_code == 422 and "The current password is wrong." in wrong.text
    assert NEW not in wrong.text
    form = {"current_password": PASSWORD, "password": "abcabcabcabc"}
    weak = browser.post("/account/password", form)
    assert weak.status_code == 422 and "repeats a short text" in weak.text
    done = browser.post("/account/password", {**form, "password": NEW})
    assert (done.status_code, done.headers["location"]) == (303, "/account?done=password")
    assert "The password is changed." in browser.get("/account?done=password").text
    assert other.get("/account").status_code == 303
    fresh = Browser(browser.url)
    assert fresh.post("/sign-in", {"email": operator.email, "password": NEW}).status_code == 303


def test_the_second_factor_is_set_up(browser: Browser, staff: Staff, operator: Operator) -> None:
    page = browser.post("/account/second-factor").text
    [secret] = re.findall(r"<code>([A-Z2-7]{32})</code>", page)
    assert 'src="data:image/svg+xml' in page
    wrong = browser.post("/account/second-factor/on", {"code": "nothing"})
    assert wrong.status_code == 422 and secret in wrong.text
    code = code_at(secret, now())
    codes = browser.post("/account/second-factor/on", {"code": code})
    assert codes.status_code == 200
    found = re.findall(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>", codes.text)
    assert len(set(found)) == 10
    account = browser.get("/account").text
    assert "10 of 10 recovery codes" in account and secret not in account + str(found[0] in account)
    assert ("SwitchSecondFactorOn", operator.actor, "done") in staff.audited(operator)


def test_the_second_factor_is_switched_off_with_the_password(
    browser: Browser, staff: Staff, operator: Operator
) -> None:
    switched_on(staff, operator)
    again = browser.post("/account/second-factor")
    assert again.status_code == 422 and "is on already" in again.text
    wrong = browser.post("/account/second-factor/off", {"current_password": "no"})
    assert wrong.status_code == 422 and staff.stored(operator).has_second_factor
    done = browser.post("/account/second-factor/off", {"current_password": PASSWORD})
    assert done.headers["location"] == "/account?done=factor-off"
    assert not staff.stored(operator).has_second_factor


def test_new_recovery_codes_replace_the_old_ones(
    browser: Browser, staff: Staff, operator: Operator
) -> None:
    _, old = switched_on(staff, operator)
    page = browser.post("/account/recovery-codes", {"current_password": PASSWORD})
    new = re.findall(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>", page.text)
    assert len(new) == 10 and not set(new) & set(old)
    with staff.database.connect() as connection:
        assert second_factor.check_code(connection, operator, new[0], NOON)
    refused = browser.post("/account/recovery-codes", {"current_password": "no"})
    assert refused.status_code == 422


def test_sessions_are_listed_and_ended(browser: Browser, staff: Staff, operator: Operator) -> None:
    other = Browser.signed_in(browser.url, staff, operator)
    page = browser.get("/account").text
    [session_id] = re.findall(r"/account/sessions/([0-9a-f-]{36})/revoke", page)
    assert page.count("Test browser") == 2 and page.count("This browser") == 1
    stranger = Browser.signed_in(browser.url, staff, staff.hire(Role.ADMIN))
    stranger.post(f"/account/sessions/{session_id}/revoke")
    assert other.get("/account").status_code == 200
    assert browser.post(f"/account/sessions/{session_id}/revoke").status_code == 303
    assert other.get("/account").status_code == 303
    assert browser.get("/account").status_code == 200
    assert browser.post("/account/sessions/nothing/revoke").status_code == 404


def test_sign_out_everywhere(browser: Browser, staff: Staff, operator: Operator) -> None:
    other = Browser.signed_in(browser.url, staff, operator)
    done = browser.post("/account/sign-out-everywhere")
    assert done.headers["location"] == "/sign-in?done=signed-out-everywhere"
    assert COOKIE not in browser.cookies and other.get("/account").status_code == 303
    assert staff.audited(operator)[-1] == ("SignOutEverywhere", operator.actor, "done")


# ---------------------------------------------------------------- tenants


def test_the_tenant_is_switched_and_old_forms_are_refused(
    browser: Browser, staff: Staff, operator: Operator
) -> None:
    other = Staff(staff.database)
    with staff.database.connect() as connection:
        administration.set_role(connection, operator, other.tenant_id, Role.ADMIN, "test")
    assert browser.get("/operators").status_code == 403
    form = {"tenant_id": other.tenant_id, "next": f"/billing/invoices/{new_id()}"}
    switched = browser.post("/account/tenant", form)
    assert (switched.status_code, switched.headers["location"]) == (303, "/")
    assert browser.get("/operators").status_code == 200
    # The page that was open before belongs to the first tenant, and so does its token.
    assert browser.post("/account/tenant", {"tenant_id": staff.tenant_id}).status_code == 403
    browser.remember(browser.cookies[COOKIE], other.tenant_id)
    back = browser.post("/account/tenant", {"tenant_id": staff.tenant_id, "next": "/account?a=1"})
    assert back.headers["location"] == "/account"


@pytest.mark.parametrize("tenant_id", ["", "nothing", "01900000-0000-7000-8000-000000000000"])
def test_nobody_switches_to_a_tenant_without_a_role(browser: Browser, tenant_id: str) -> None:
    assert browser.post("/account/tenant", {"tenant_id": tenant_id}).status_code == 404


# ---------------------------------------------------------------- forms


@pytest.mark.parametrize(
    ("form", "headers", "status"),
    [
        ({}, {}, 303),
        ({"csrf": ""}, {}, 403),
        ({"csrf": "0" * 64}, {}, 403),
        ({}, {"sec_fetch_site": "cross-site"}, 403),
        ({}, {"sec_fetch_site": "same-site"}, 403),
        ({}, {"sec_fetch_site": "same-origin"}, 303),
        ({}, {"origin": "https://evil.example"}, 403),
        ({}, {"origin": "null"}, 403),
    ],
)
def test_a_form_needs_the_token_and_comes_from_this_site(
    browser: Browser, form: dict[str, str], headers: dict[str, str], status: int
) -> None:
    assert browser.post("/sign-out", form, **headers).status_code == status


def test_the_token_may_be_in_the_header(browser: Browser) -> None:
    token = browser.csrf
    browser.csrf = ""
    assert browser.post("/sign-out", x_csrf_token="0" * 64).status_code == 403
    assert browser.post("/sign-out", x_csrf_token=token).status_code == 303
