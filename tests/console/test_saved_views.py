"""Saved views of the list of invoices: saved, shared, opened by default, renamed and deleted."""

import html
import re

import pytest

from cli.terminal import Serving
from operators.staff import Browser, Staff
from polaris.engine import new_id
from polaris.operators.operator import Operator
from polaris.operators.roles import Role
from polaris.store.saved_views import SavedView, saved_views


@pytest.fixture
def operator(staff: Staff) -> Operator:
    return staff.hire(Role.VIEWER)


@pytest.fixture
def browser(serving: Serving, staff: Staff, operator: Operator) -> Browser:
    return Browser.signed_in(serving.url, staff, operator)


@pytest.fixture
def colleague(serving: Serving, staff: Staff) -> Browser:
    return Browser.signed_in(serving.url, staff, staff.hire(Role.OPERATOR))


def save(browser: Browser, name: str, query: str = "status=overdue", **boxes: str) -> str:
    """Save a view. Return its id."""
    view_id = new_id()
    form = {"request_id": view_id, "name": name, "query": query, **boxes}
    answer = browser.post("/billing/views", form)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].endswith(f"view={view_id}")
    return view_id


def seen(staff: Staff, operator: Operator) -> list[SavedView]:
    with staff.database.connect() as connection:
        return saved_views(connection, staff.tenant_id, operator.id)


def chips(browser: Browser, path: str = "/billing/invoices?view=all") -> list[str]:
    """Return the names of the views above the list."""
    page = browser.get(path).text
    return [html.unescape(name) for name in re.findall(r'class="view"[^>]*>([^<]+)<', page)]


def test_a_view_keeps_the_filters_and_nothing_else(
    browser: Browser, staff: Staff, operator: Operator
) -> None:
    query = "status=overdue&q=a%26b&sort=total&dir=asc&open=x&after=1~2&view=y&evil=1"
    view_id = save(browser, "<Late>", query)
    (view,) = seen(staff, operator)
    assert view == SavedView(
        view_id, operator.id, "<Late>", "status=overdue&q=a%26b&sort=total&dir=asc", False
    )
    assert chips(browser) == ["All invoices", "<Late>"]
    page = browser.get(f"/billing/invoices?{view.query}&view={view_id}").text
    assert re.search(r'aria-current="page">&lt;Late&gt;', page)
    assert "Save view" not in page
    assert "Save view" in browser.get(f"/billing/invoices?status=paid&view={view_id}").text


def test_a_form_that_is_sent_twice_saves_one_view(
    browser: Browser, staff: Staff, operator: Operator
) -> None:
    form = {"request_id": new_id(), "name": "Late", "query": "status=overdue"}
    assert [browser.post("/billing/views", form).status_code for _ in range(2)] == [303, 303]
    assert len(seen(staff, operator)) == 1


def test_the_list_opens_with_the_default_view(browser: Browser) -> None:
    assert browser.get("/billing/invoices").status_code == 200
    view_id = save(browser, "Late", default="on")
    answer = browser.get("/billing/invoices")
    url = f"/billing/invoices?status=overdue&view={view_id}"
    assert (answer.status_code, answer.headers["location"]) == (303, url)
    page = browser.get("/billing/invoices?status=draft").text
    assert 'href="/billing/invoices"' not in page.split("</nav>", 1)[1]  # each link names a view
    assert browser.get("/billing/invoices?view=all").status_code == 200
    assert browser.post(f"/billing/views/{view_id}", {"do": "no-default"}).status_code == 303
    assert browser.get("/billing/invoices").status_code == 200


def test_a_shared_view_is_everybody_s_to_open_and_nobody_else_s_to_change(
    browser: Browser, colleague: Browser, staff: Staff, operator: Operator
) -> None:
    save(browser, "Own")
    shared = save(browser, "Ours", shared="on")
    assert chips(colleague) == ["All invoices", "Ours"]
    for does in ("save", "delete", "up"):
        answer = colleague.post(f"/billing/views/{shared}", {"do": does, "name": "Mine"})
        assert answer.status_code == 404
    assert colleague.post(f"/billing/views/{shared}", {"do": "default"}).status_code == 303
    assert colleague.get("/billing/invoices").status_code == 303
    browser.post(f"/billing/views/{shared}", {"do": "save", "name": "Mine"})
    assert [(view.name, view.shared) for view in seen(staff, operator)] == [
        ("Own", False),
        ("Mine", False),
    ]
    assert colleague.get("/billing/invoices").status_code == 200  # it is not shared any more


def test_deleting_a_view_that_is_somebody_s_default(
    browser: Browser, colleague: Browser, staff: Staff, operator: Operator
) -> None:
    shared = save(browser, "Ours", shared="on", default="on")
    colleague.post(f"/billing/views/{shared}", {"do": "default"})
    assert browser.post(f"/billing/views/{shared}", {"do": "delete"}).status_code == 303
    assert seen(staff, operator) == []
    assert [one.get("/billing/invoices").status_code for one in (browser, colleague)] == [200, 200]


def test_views_are_ordered(browser: Browser, staff: Staff, operator: Operator) -> None:
    ids = [save(browser, name) for name in "ABC"]
    browser.post(f"/billing/views/{ids[2]}", {"do": "up"})
    browser.post(f"/billing/views/{ids[0]}", {"do": "up"})
    assert [view.name for view in seen(staff, operator)] == ["A", "C", "B"]


@pytest.mark.parametrize("name", ["", "x" * 61, "Late", "a\0b"])
def test_a_wrong_name_is_refused_at_its_field(
    browser: Browser, staff: Staff, operator: Operator, name: str
) -> None:
    save(browser, "Late")
    other = save(browser, "Other")
    sentence = "another view with this name" if name == "Late" else "Give 1 to 60 characters."
    created = browser.post("/billing/views", {"name": name, "query": "status=paid"})
    renamed = browser.post(f"/billing/views/{other}", {"do": "save", "name": name})
    for answer in (created, renamed):
        assert answer.status_code == 422
        assert sentence in answer.text
    assert [view.name for view in seen(staff, operator)] == ["Late", "Other"]


def test_a_stranger_has_no_access(
    serving: Serving, browser: Browser, staff: Staff, operator: Operator
) -> None:
    view_id = save(browser, "Ours", shared="on")
    others = Staff(staff.database)
    stranger = Browser.signed_in(serving.url, others, others.hire(Role.ADMIN))
    assert chips(stranger) == []
    for does in ("save", "delete", "default", "up"):
        answer = stranger.post(f"/billing/views/{view_id}", {"do": does, "name": "x"})
        assert answer.status_code == 404
    assert [view.name for view in seen(staff, operator)] == ["Ours"]
