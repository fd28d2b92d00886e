"""The page for developers: keys are created, shown once and revoked; the APIs are listed."""

import re

import httpx
import pytest

from cli.terminal import Serving
from operators.staff import Browser, Staff
from polaris.engine import new_id
from polaris.operators.roles import Role
from polaris.store.read.api_keys import listed

KEY = re.compile(r"plr_[0-9a-f]{16}_[0-9a-f]{64}")


@pytest.fixture
def admin(serving: Serving, staff: Staff) -> Browser:
    """A browser in which an administrator is signed in."""
    return Browser.signed_in(serving.url, staff, staff.hire(Role.ADMIN, f"{new_id()}@a.example"))


def call(url: str, key: str) -> int:
    """Return the status of a call that needs the scope read."""
    headers = {"authorization": f"Bearer {key}"}
    return httpx.get(f"{url.rstrip('/')}/api/v1/invoices", headers=headers).status_code


def test_a_key_is_shown_once_works_and_is_revoked(
    serving: Serving, admin: Browser, staff: Staff
) -> None:
    form = {"name": "<b>shop</b>", "scope": "read", "request_id": new_id()}
    answer = admin.post("/developers/keys", form)
    assert answer.status_code == 201
    (whole,) = set(KEY.findall(answer.text))
    assert call(serving.url, whole) == 200
    again = admin.post("/developers/keys", form)
    assert again.status_code == 409
    assert not KEY.search(again.text)
    page = admin.get("/developers").text
    assert "&lt;b&gt;shop&lt;/b&gt;" in page
    assert whole not in page
    with staff.database.connect() as connection:
        (key,) = listed(connection, staff.tenant_id)
        assert (key.name, key.scopes) == ("<b>shop</b>", ("read",))
        asked = admin.get(f"/developers/keys/{key.id}/revoke").text
        assert "cannot be made valid again" in asked
        answer = admin.post(f"/developers/keys/{key.id}/revoke")
        assert answer.headers["location"] == f"/developers?revoked={key.prefix}"
        audited = connection.execute(
            "select command, actor like 'operator:%%' from audit"
            " where tenant_id = %(t)s and subject_id = %(id)s order by at",
            {"t": staff.tenant_id, "id": key.id},
        ).fetchall()
        connection.rollback()
        (revoked,) = listed(connection, staff.tenant_id)
    assert revoked.revoked_at
    assert audited == [("CreateApiKey", True), ("RevokeApiKey", True)]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": "", "scope": "read"}, "Give 1 to"),
        ({"name": "shop"}, "Choose at least one."),
        ({"name": "shop", "scope": "everything"}, "Choose at least one."),
    ],
)
def test_a_wrong_key_is_refused(
    admin: Browser, staff: Staff, form: dict[str, str], sentence: str
) -> None:
    answer = admin.post("/developers/keys", form)
    assert answer.status_code == 422
    assert sentence in answer.text
    with staff.database.connect() as connection:
        assert listed(connection, staff.tenant_id) == []


def test_only_an_administrator_sees_forms_and_only_of_the_own_tenant(
    serving: Serving, admin: Browser, staff: Staff
) -> None:
    admin.post("/developers/keys", {"name": "ours", "scope": "read"})
    with staff.database.connect() as connection:
        (key,) = listed(connection, staff.tenant_id)
    path = f"/developers/keys/{key.id}/revoke"
    viewer = Browser.signed_in(serving.url, staff, staff.hire(Role.OPERATOR))
    assert "Create key" not in viewer.get("/developers").text
    assert viewer.get("/developers/keys/new").status_code == 403
    assert [viewer.get(path).status_code, viewer.post(path).status_code] == [403, 403]
    assert viewer.post("/developers/keys", {"name": "x", "scope": "read"}).status_code == 403
    others = Staff(staff.database)
    stranger = Browser.signed_in(serving.url, others, others.hire(Role.ADMIN))
    assert [stranger.get(path).status_code, stranger.post(path).status_code] == [404, 404]
    assert "ours" not in stranger.get("/developers").text


def test_apis_are_listed(serving: Serving, admin: Browser) -> None:
    page = admin.get("/developers").text
    base = serving.url.rstrip("/")
    for text in (
        f'data-copy="{base}/api/v1"',
        'href="/api/v1/docs"',
        f"{base}/api/v1/invoices",
        f'data-copy="{base}/api/admin"',
        'href="/api/admin/docs"',
    ):
        assert text in page
