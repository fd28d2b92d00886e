"""The page of the operators, and what each role may open and send."""

import re

import pytest

from cli.terminal import Serving
from operators.staff import Browser, Staff
from polaris.engine import new_id
from polaris.operators import administration
from polaris.operators.operator import Operator, find_by_email
from polaris.operators.roles import Role


@pytest.fixture
def admin(staff: Staff) -> Operator:
    return staff.hire(Role.ADMIN)


@pytest.fixture
def browser(serving: Serving, staff: Staff, admin: Operator) -> Browser:
    """A browser in which an administrator is signed in."""
    return Browser.signed_in(serving.url, staff, admin)


# ---------------------------------------------------------------- every route, every role

OPEN, SEEN, OWN = (200, 200, 200, 200), (303, 200, 200, 200), (303, 422, 422, 422)
ADMIN_PAGE, ADMIN_FORM = (303, 403, 403, 200), (303, 403, 403, 422)
ADMIN_NAMED = (303, 403, 403, 404)
NOBODY = f"/operators/{new_id()}"
ROUTES = [
    ("GET", "/sign-in", (200, 303, 303, 303)),
    ("GET", "/sign-in/code", OPEN),
    ("GET", "/sign-in/provider", (404, 404, 404, 404)),
    ("GET", "/sign-in/provider/callback", (404, 404, 404, 404)),
    ("GET", "/set-password/nothing", (404, 404, 404, 404)),
    ("GET", "/billing/invoices", SEEN),
    ("GET", "/account", SEEN),
    ("GET", "/operators", ADMIN_PAGE),
    ("POST", "/account/password", OWN),
    ("POST", "/account/second-factor", SEEN),
    ("POST", "/account/second-factor/on", OWN),
    ("POST", "/account/second-factor/off", OWN),
    ("POST", "/account/recovery-codes", OWN),
    ("POST", "/account/tenant", (303, 404, 404, 404)),
    ("POST", "/operators", ADMIN_FORM),
    ("POST", f"{NOBODY}/role", ADMIN_FORM),
    ("POST", f"{NOBODY}/withdraw", ADMIN_NAMED),
    ("POST", f"{NOBODY}/disable", ADMIN_NAMED),
    ("POST", f"{NOBODY}/enable", ADMIN_NAMED),
    ("POST", f"{NOBODY}/reset", ADMIN_NAMED),
    ("POST", "/operators/nothing/reset", ADMIN_NAMED),
    ("POST", "/account/sign-out-everywhere", (303, 303, 303, 303)),
    ("POST", "/sign-out", (303, 303, 303, 303)),
]
"""Each route with the status for nobody, a viewer, an operator and an administrator."""


def test_what_each_role_may_open_and_send(serving: Serving, staff: Staff) -> None:
    roles = [None, Role.VIEWER, Role.OPERATOR, Role.ADMIN]
    hired = [staff.hire(role) if role else None for role in roles]
    wrong = []
    for method, path, expected in ROUTES:
        for role, operator, status in zip(roles, hired, expected, strict=True):
            browser = Browser(serving.url)
            if operator:
                browser.remember(staff.token(operator), staff.tenant_id)
            answer = browser.get(path) if method == "GET" else browser.post(path)
            if answer.status_code != status:
                wrong.append(f"{method} {path} as {role}: {answer.status_code}, not {status}")
    assert wrong == []


def test_the_link_to_the_page_is_shown_only_to_administrators(
    serving: Serving, staff: Staff, browser: Browser
) -> None:
    viewer = Browser.signed_in(serving.url, staff, staff.hire(Role.VIEWER))
    assert 'href="/operators"' in browser.get("/account").text
    assert 'href="/operators"' not in viewer.get("/account").text


# ---------------------------------------------------------------- add


def test_a_new_operator_gets_a_link_that_is_shown_once(browser: Browser, staff: Staff) -> None:
    email = f"{new_id()}@example.com"
    form = {"email": email.upper(), "name": "<script>Eve</script>", "role": "operator"}
    page = browser.post("/operators", form)
    assert page.status_code == 200 and "<script>Eve" not in page.text
    [path] = re.findall(r"(/set-password/[\w-]{43})</code>", page.text)
    assert "/set-password/" not in browser.get("/operators").text
    assert email in browser.get("/operators").text
    assert Browser(browser.url).get(path).status_code == 200
    with staff.database.connect() as connection:
        added = find_by_email(connection, email)
    assert added and added.role_in(staff.tenant_id) is Role.OPERATOR


def test_a_known_person_gets_a_role_and_no_link(browser: Browser, staff: Staff) -> None:
    """Whoever has the link of a person may sign in to all tenants of that person."""
    other = Staff(staff.database)
    invited = other.hire(Role.ADMIN)
    with staff.database.connect() as connection:
        pending = administration.add_operator(
            connection, f"{new_id()}@example.com", "", other.tenant_id, Role.VIEWER, "test"
        )
    for person in (invited, pending):
        done = browser.post("/operators", {"email": person.email, "role": "viewer"})
        assert (done.status_code, done.headers["location"]) == (303, "/operators?done=added")
        assert staff.stored(person).role_in(staff.tenant_id) is Role.VIEWER


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"email": "nothing", "role": "viewer"}, "The e-mail is not valid."),
        ({"email": "a@example.com", "role": "owner"}, "Choose the role"),
        ({"email": "a@example.com", "role": "viewer", "name": "x" * 201}, "The name is longer"),
    ],
)
def test_wrong_input_is_shown_at_the_form(
    browser: Browser, staff: Staff, form: dict[str, str], sentence: str
) -> None:
    refused = browser.post("/operators", form)
    assert refused.status_code == 422 and sentence in refused.text


# ---------------------------------------------------------------- change


def test_roles_are_changed_and_withdrawn(browser: Browser, staff: Staff, admin: Operator) -> None:
    operator = staff.hire(Role.VIEWER)
    here = f"/operators/{operator.id}"
    assert browser.post(f"{here}/role", {"role": "admin"}).status_code == 303
    assert staff.stored(operator).role_in(staff.tenant_id) is Role.ADMIN
    assert browser.post(f"{here}/withdraw").status_code == 303
    assert staff.stored(operator).role_in(staff.tenant_id) is None
    refused = browser.post(f"/operators/{admin.id}/role", {"role": "viewer"})
    assert refused.status_code == 422 and "no administrator left" in refused.text
    assert ("ChangeOperatorRole", admin.actor, "done") in staff.audited(operator)


def test_a_disabled_operator_is_out_at_once(browser: Browser, staff: Staff) -> None:
    operator = staff.hire()
    theirs = Browser.signed_in(browser.url, staff, operator)
    assert theirs.get("/account").status_code == 200
    assert browser.post(f"/operators/{operator.id}/disable").status_code == 303
    assert theirs.get("/account").status_code == 303
    assert "Disabled" in browser.get("/operators").text
    assert browser.post(f"/operators/{operator.id}/enable").status_code == 303
    assert staff.stored(operator).disabled_at is None


def test_a_reset_shows_a_link_once(browser: Browser, staff: Staff) -> None:
    operator = staff.hire()
    page = browser.post(f"/operators/{operator.id}/reset")
    [path] = re.findall(r"(/set-password/[\w-]{43})</code>", page.text)
    assert Browser(browser.url).get(path).status_code == 200


def test_another_tenants_operator_is_unknown_or_out_of_reach(
    browser: Browser, staff: Staff
) -> None:
    other = Staff(staff.database)
    foreign, shared = other.hire(), staff.hire()
    with staff.database.connect() as connection:
        administration.set_role(connection, shared, other.tenant_id, Role.VIEWER, "test")
    for deed in ("role", "withdraw", "disable", "enable", "reset"):
        form = {"role": "admin"}
        assert browser.post(f"/operators/{foreign.id}/{deed}", form).status_code == 404
    for deed in ("disable", "enable", "reset"):
        refused = browser.post(f"/operators/{shared.id}/{deed}")
        assert refused.status_code == 422 and "also serves tenants" in refused.text
    assert other.audited(foreign)[1:] == [] and staff.stored(shared).disabled_at is None
