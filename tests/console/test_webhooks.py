"""The pages about webhooks: endpoints, their keys, deliveries to real receivers, and jobs."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from cli.terminal import KEY
from console.tenant import TODAY, Tenant, text_of
from console.world import HOSTILE
from delivery.receivers import Answer, Receiver
from polaris.core.commands import SaveWebhookEndpoint, VoidInvoice
from polaris.delivery.sender import Sender
from polaris.engine import new_id
from polaris.operators.roles import Role
from polaris.settings import Settings
from polaris.store.read.keyset import Window
from polaris.store.read.webhooks import DeliveryFilter, ListedDelivery, deliveries
from polaris.webhook_dialects import configured_sending

LIST, DELIVERIES = "/developers/webhooks", "/developers/deliveries"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{20,}")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def unreachable() -> str:
    """A URL at which nobody listens."""
    return f"http://127.0.0.1:9/{new_id()}"


def add(tenant: Tenant, url: str, *types: str, name: str | None = None) -> str:
    """Add an endpoint from outside. Return its id."""
    endpoint_id = new_id()
    command = SaveWebhookEndpoint(
        webhook_endpoint_id=endpoint_id,
        url=url,
        dialect="standard",
        signature="hmac",
        name=name,
        event_types=types or None,
    )
    tenant.perform(command)
    return endpoint_id


def deliver(tenant: Tenant) -> None:
    """Send what is due, to addresses of this machine too."""
    settings = Settings(encryption_key=KEY, webhooks_allow_private=True)
    asyncio.run(Sender(tenant.database, configured_sending(settings)).send_due())


def stored(tenant: Tenant, endpoint_id: str) -> list[ListedDelivery]:
    """Return the deliveries to an endpoint, the newest first."""
    with tenant.database.connect() as connection:
        wanted = DeliveryFilter(endpoint_id=endpoint_id)
        return deliveries(connection, tenant.id, wanted, Window()).rows


def voided(tenant: Tenant) -> str:
    """Void an invoice. Return its id."""
    invoice_id = tenant.invoice()
    tenant.perform(VoidInvoice(invoice_id=invoice_id))
    return invoice_id


def form(url: str, **fields: Any) -> dict[str, Any]:
    """Return the fields of a new endpoint."""
    return {"url": url, "name": "", "which": "all", "request_id": new_id(), **fields}


# ---------------------------------------------------------------- add


def test_an_endpoint_is_added_and_its_secret_is_shown_once(
    tenant: Tenant, receiver: Receiver
) -> None:
    assert "No endpoints yet" in tenant.words(LIST)
    sent = form(receiver.url(), name="Books", which="some", types=["invoice.voided"])
    answer = tenant.post(LIST, sent, Role.ADMIN, 201)
    [secret] = set(SECRET.findall(answer.text))
    again = tenant.post(LIST, sent, Role.ADMIN, 409)
    [endpoint_id] = re.findall(rf'href="{LIST}/([^"]+)">Open', again.text)
    pages = [
        again.text,
        *(tenant.get(f"{LIST}/{endpoint_id}{part}", Role.ADMIN).text for part in ("", "/edit")),
        tenant.get(LIST).text,
    ]
    assert not [page for page in pages if SECRET.search(page)]
    voided(tenant)
    deliver(tenant)
    [received] = receiver.received
    verified = Verifier(secret).verify(received.body, received.headers)
    assert verified["type"] == "invoice.voided"
    words = tenant.words(LIST)
    assert "Books Active" in words
    assert "Standard · 1 type · last delivered" in words


def test_a_public_key_is_shown_where_the_dialect_signs_with_one(tenant: Tenant) -> None:
    page = tenant.get(f"{LIST}/new?dialect=lago", Role.ADMIN).text
    assert 'value="invoice.payment_dispute_lost"' in page
    sent = form(unreachable(), dialect="lago", signature="jwt")
    answer = tenant.post(LIST, sent, Role.ADMIN, 201).text
    assert "-----BEGIN PUBLIC KEY-----" in answer
    assert not SECRET.search(answer)


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"url": "ftp://x"}, "url", "The webhook URL is not valid."),
    ({"url": ""}, "url", "missing"),
    ({"which": "some"}, "event_types", "Choose at least one type."),
    ({"which": "some", "types": ["invoice.eaten"]}, "event_types", "no webhook of the type"),
    ({"signature": "jwt"}, "", "has no signature jwt"),
]


@pytest.mark.parametrize(("fields", "field", "sentence"), BAD)
def test_a_wrong_endpoint_is_refused_beside_its_field(
    tenant: Tenant, fields: dict[str, Any], field: str, sentence: str
) -> None:
    sent = form("https://x.example/", name=HOSTILE) | fields
    answer = tenant.post(LIST, sent, Role.ADMIN, 422).text
    assert sentence in text_of(answer)
    assert not field or f'aria-describedby="{field}-fault"' in answer
    assert HOSTILE not in answer
    assert "No endpoints yet" in tenant.words(LIST)


def test_a_url_is_used_once(tenant: Tenant) -> None:
    url = unreachable()
    add(tenant, url)
    answer = tenant.post(LIST, form(url), Role.ADMIN, 422)
    assert 'id="url-fault"' in answer.text


# ---------------------------------------------------------------- one endpoint


def test_an_endpoint_is_changed_paused_resumed_and_deleted(tenant: Tenant) -> None:
    here = f"{LIST}/{add(tenant, unreachable(), name='Shop')}"
    sent = {"name": "Books", "which": "some", "types": "task.opened"}
    answer = tenant.post(f"{here}/edit", sent, Role.ADMIN)
    assert answer.headers["location"] == f"{here}?done=saved"
    words = tenant.words(f"{here}?done=saved")
    assert "The endpoint is changed." in words
    assert "Types task.opened" in words
    tenant.post(f"{here}/pause", {}, Role.ADMIN)
    assert "New webhooks wait until it is resumed." in tenant.words(here)
    assert "Books are paused and wait." in tenant.words("/")
    assert "is already in this state" in text_of(
        tenant.post(f"{here}/pause", {}, Role.ADMIN, 422).text
    )
    tenant.post(f"{here}/resume", {}, Role.ADMIN)
    assert "are paused" not in tenant.words("/")
    assert "A deleted endpoint cannot come back." in tenant.words(f"{here}/delete", Role.ADMIN)
    tenant.post(f"{here}/delete", {}, Role.ADMIN)
    tenant.get(here, status=404)
    assert "No endpoints yet" in tenant.words(LIST)


def test_keys_are_rotated(tenant: Tenant, receiver: Receiver) -> None:
    sent = form(receiver.url())
    [first] = set(SECRET.findall(tenant.post(LIST, sent, Role.ADMIN, 201).text))
    [endpoint_id] = re.findall(rf'{LIST}/([0-9a-f-]{{36}})"', tenant.get(LIST).text)
    path = f"{LIST}/{endpoint_id}/rotate"
    for wrong in ("", "-1", "1.5", "99999", "9999"):
        tenant.post(path, {"overlap_hours": wrong}, Role.ADMIN, 422)
    answer = tenant.post(path, {"overlap_hours": "3"}, Role.ADMIN, 201)
    [second] = set(SECRET.findall(answer.text))
    assert second != first
    assert "stay valid for 3 more hours" in text_of(answer.text)
    sample = tenant.post(f"{LIST}/{endpoint_id}/test", {}, Role.ADMIN).headers["location"]
    deliver(tenant)
    [received] = [one for one in receiver.received if b"invoice.voided" in one.body]
    for secret in (first, second):
        assert Verifier(secret).verify(received.body, received.headers)
    words = tenant.words(sample)
    assert "its ids belong to nothing" in words
    assert received.headers["webhook-signature"] in words


# ---------------------------------------------------------------- deliveries


def test_a_delivery_shows_its_body_and_attempts_and_is_sent_again_from_the_invoice(
    tenant: Tenant, receiver: Receiver
) -> None:
    endpoint_id = add(tenant, receiver.url(), "invoice.voided")
    receiver.answer = lambda _: Answer(503, b"<script>alert(1)</script>")
    invoice_id = voided(tenant)
    deliver(tenant)
    [row] = stored(tenant, endpoint_id)
    page = tenant.get(f"{DELIVERIES}/{row.id}").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    words = text_of(page)
    for text in ("Waiting next attempt", "503 Service Unavailable", "Attempt 1", " ms"):
        assert text in words
    assert row.webhook_id in words
    assert f'"invoice_id": "{invoice_id}"' in words
    assert "have failed since" in tenant.words("/")

    receiver.answer = lambda _: Answer(410)
    with tenant.database.connect() as connection:
        connection.execute(
            "update webhook_delivery set due_at = now() where tenant_id = %(t)s", {"t": tenant.id}
        )
    deliver(tenant)
    tab = f"/billing/invoices/{invoice_id}?show=webhooks"
    assert "invoice.voided" in tenant.words(tab)
    assert "Failed 2 attempts" in tenant.words(tab)
    again = tenant.get(tab, Role.OPERATOR).text
    [target] = re.findall(r'action="(/developers/deliveries/[^"]+/redeliver)"', again)
    assert 'redeliver"' not in tenant.get(tab).text
    receiver.answer = lambda _: Answer()
    sent = {"next": tab, "request_id": new_id()}
    for _ in range(2):  # a double click
        assert tenant.post(target, sent).headers["location"] == tab
    deliver(tenant)
    assert "Delivered 3 attempts" in tenant.words(tab)
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert len(receiver.received) == 3


def test_nobody_is_sent_to_another_site(tenant: Tenant) -> None:
    endpoint_id = add(tenant, unreachable(), "task.opened")
    tenant.post(f"{LIST}/{endpoint_id}/test", {}, Role.ADMIN)
    [row] = stored(tenant, endpoint_id)
    path = f"{DELIVERIES}/{row.id}/redeliver"
    answer = tenant.post(path, {"next": "https://evil.example/"})
    assert answer.headers["location"] == "/"
    assert tenant.post(path, {}).headers["location"] == f"{DELIVERIES}/{row.id}"


def test_deliveries_are_filtered_and_shown_page_by_page(tenant: Tenant) -> None:
    endpoint_id = add(tenant, unreachable(), "task.opened")
    here = f"{LIST}/{endpoint_id}"
    assert "No deliveries yet" in tenant.words(here)
    for _ in range(51):
        tenant.post(f"{here}/test", {}, Role.ADMIN)
    rows = [row.id for row in stored(tenant, endpoint_id)]
    first = tenant.get(here).text
    assert re.findall(r'row-link" href="/developers/deliveries/([^"]+)"', first) == rows[:50]
    [following] = re.findall(r'rel="next" href="([^"]+)"', first)
    second = tenant.get(following.replace("&amp;", "&")).text
    assert len(re.findall("row-link", second)) == 1
    assert "No delivery fits these filters." in tenant.words(f"{here}?state=failed")
    assert "No delivery fits these filters." in tenant.words(f"{DELIVERIES}?invoice={new_id()}")
    for wrong in ("after=x", f"after=x~{new_id()}", "state=lost", "invoice=x"):
        tenant.get(f"{DELIVERIES}?{wrong}")


def test_what_failed_is_sent_again_and_a_range_is_replayed(
    tenant: Tenant, receiver: Receiver
) -> None:
    endpoint_id = add(tenant, receiver.url(), "invoice.voided")
    receiver.answer = lambda _: Answer(410)
    voided(tenant)
    deliver(tenant)
    again = f"{LIST}/{endpoint_id}/again"
    assert "1 delivery has failed" in tenant.words(again, Role.OPERATOR)
    late = str(TODAY + timedelta(days=2))
    answer = tenant.post(f"{again}/failed", {"since": late})
    assert answer.headers["location"].endswith("?done=again&count=0")
    answer = tenant.post(f"{again}/failed", {"since": str(TODAY - timedelta(days=1))})
    assert "Webhooks to be sent again: 1." in tenant.words(answer.headers["location"])
    receiver.answer = lambda _: Answer()
    deliver(tenant)

    days = {"from": str(TODAY - timedelta(days=1)), "to": late}
    asked = tenant.words(f"{again}?from={days['from']}&to={days['to']}", Role.OPERATOR)
    with tenant.database.connect() as connection:
        counting = "select count(*) from event where tenant_id = %(t)s"
        [(count,)] = connection.execute(counting, {"t": tenant.id}).fetchall()
    assert f"{count} events happened in this range." in asked
    answer = tenant.post(f"{again}/range", days)
    assert answer.headers["location"].endswith("?done=first&count=1")
    deliver(tenant)
    assert len(receiver.received) == 3
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("yesterday", "2026-01-01", "This is not a day."),
        ("2026-01-02", "2026-01-01", "The last day is before the first."),
        ("2026-01-02", "", "This is not a day."),
        ("0001-01-01", "9999-12-31", "This is not a day."),
    ],
)
def test_a_wrong_range_is_refused(tenant: Tenant, first: str, last: str, sentence: str) -> None:
    again = f"{LIST}/{add(tenant, unreachable())}/again"
    assert sentence in tenant.words(f"{again}?from={first}&to={last}", Role.OPERATOR)
    answer = tenant.post(f"{again}/range", {"from": first, "to": last}, status=422)
    assert sentence in text_of(answer.text)
    tenant.post(f"{again}/failed", {"since": first if first > "a" else ""}, status=422)


# ---------------------------------------------------------------- safety


def test_hostile_texts_are_shown_as_texts_and_passwords_are_masked(tenant: Tenant) -> None:
    url = f"https://user:hunter2@hooks.example/%3Cb%3E?'\"<img/src=x/onerror=alert(1)>{new_id()}"
    endpoint_id = add(tenant, url, name=HOSTILE)
    tenant.post(f"{LIST}/{endpoint_id}/test", {}, Role.ADMIN)
    [row] = stored(tenant, endpoint_id)
    tenant.post(f"{LIST}/{endpoint_id}/pause", {}, Role.ADMIN)
    here = f"{LIST}/{endpoint_id}"
    for path in (
        "/",
        LIST,
        DELIVERIES,
        f"{DELIVERIES}/{row.id}",
        *(f"{here}{part}" for part in ("", "/edit", "/delete", "/rotate", "/again")),
    ):
        page = tenant.get(path, Role.ADMIN).text
        assert "<img" not in page, path
        assert "hunter2" not in page, path
    assert "user:•••@hooks.example" in tenant.words(here)


def test_each_role_may_do_its_part(tenant: Tenant, foreign: Tenant) -> None:
    endpoint_id = add(tenant, unreachable(), "task.opened")
    here = f"{LIST}/{endpoint_id}"
    tenant.post(f"{here}/test", {}, Role.ADMIN)
    [row] = stored(tenant, endpoint_id)
    for_all = [LIST, here, f"{here}/again", DELIVERIES, f"{DELIVERIES}/{row.id}"]
    for_admins = [f"{LIST}/new", *(f"{here}/{part}" for part in ("edit", "rotate", "delete"))]
    for_operators = [f"{here}/again/failed", f"{here}/again/range"]
    posted = [LIST, *(f"{here}/{part}" for part in ("edit", "rotate", "delete", "pause", "test"))]
    for path in (*for_all, "/developers/jobs"):
        tenant.get(path)
    for path in for_admins:
        tenant.get(path, Role.OPERATOR, 403)
    for path in (*posted, f"{here}/resume"):
        tenant.post(path, {}, Role.OPERATOR, 403)
    for path in (*for_operators, f"{DELIVERIES}/{row.id}/redeliver"):
        tenant.post(path, {}, Role.VIEWER, 403)
    words = tenant.words(here)
    assert not [one for one in ("Pause", "Rotate", "Send a sample") if one in words]

    for path in for_all[1:3] + for_all[4:] + for_admins[1:]:
        foreign.get(path, Role.ADMIN, 404)
    for path in (*for_operators, *posted[1:], f"{DELIVERIES}/{row.id}/redeliver"):
        foreign.post(path, {}, Role.ADMIN, 404)
    assert "No endpoints yet" in foreign.words(LIST)
    assert "No deliveries yet" in foreign.words(DELIVERIES)


def test_jobs_count_the_own_webhooks(tenant: Tenant, foreign: Tenant) -> None:
    endpoint_id = add(tenant, unreachable(), "task.opened")
    tenant.post(f"{LIST}/{endpoint_id}/test", {}, Role.ADMIN)
    assert "Waiting 1 0 after a failure Failed 0" in tenant.words("/developers/jobs")
    assert "Waiting 0 0 after a failure Failed 0" in foreign.words("/developers/jobs")
