"""Webhook endpoints and deliveries over the admin API, sent to real receivers."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx
import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from cli.terminal import KEY, Serving
from delivery.receivers import Answer, Receiver
from dialects.polaris.admin import Admin, issued
from faults.world import opened
from operators.staff import Staff
from polaris.delivery.sender import Sender
from polaris.engine import new_id
from polaris.operators.operator import Operator
from polaris.operators.roles import Role
from polaris.operators.sessions import COOKIE, CSRF_HEADER
from polaris.operators.tokens import csrf_token
from polaris.settings import Settings
from polaris.store.server.database import Database
from polaris.webhook_dialects import configured_sending

LIST = "/webhook-endpoints"


class Client(NamedTuple):
    """A client of the admin API of one tenant."""

    admin: Admin

    def send(self, method: str, path: str, body: Any = None, key: str = "") -> httpx.Response:
        """Send a request with the key that may write. `key` is an idempotency key."""
        headers = {"Authorization": f"Bearer {self.admin.writer}"}
        headers |= {"Idempotency-Key": key} if key else {}
        url = f"{self.admin.url}{path}"
        return httpx.request(method, url, json=body, headers=headers, timeout=30)

    def call(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """Send a request that is answered with this status. Return the JSON."""
        answer = self.send(method, path, body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def error(self, method: str, path: str, body: Any = None, status: int = 422) -> Any:
        """Send a request that is refused with this status. Return the error."""
        return self.call(method, path, body, status)["error"]

    def add(self, url: str, *types: str, **fields: Any) -> Any:
        """Add an endpoint. Return the answer."""
        return self.call("POST", LIST, {"url": url, "event_types": list(types), **fields})

    def deliver(self) -> None:
        """Send what is due, to addresses of this machine too."""
        settings = Settings(encryption_key=KEY, webhooks_allow_private=True)
        asyncio.run(Sender(self.admin.database, configured_sending(settings)).send_due())

    def deliveries(self, query: str = "") -> list[Any]:
        """Return the deliveries that a list shows."""
        return list(self.call("GET", f"/webhook-deliveries{query}")["deliveries"])


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture
def client(database: Database, serving: Serving) -> Client:
    return Client(Admin(database, serving.url))


@pytest.fixture
def stranger(database: Database, serving: Serving) -> Client:
    return Client(Admin(database, serving.url))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def unreachable() -> str:
    """A URL at which nobody listens."""
    return f"http://127.0.0.1:9/{new_id()}"


def test_an_invoice_is_voided_and_the_receiver_verifies_it(
    client: Client, receiver: Receiver
) -> None:
    added = client.add(receiver.url(), "invoice.voided", name="Books")
    endpoint = added["endpoint"]
    assert (endpoint["name"], endpoint["health"], endpoint["dialect"]) == (
        "Books",
        "active",
        "standard",
    )
    assert (endpoint["signature"], endpoint["event_types"]) == ("hmac", ["invoice.voided"])
    assert (added["public_key"], added["public_keys"]) == (None, {})
    invoice_id = issued(client.admin)
    client.admin.done("VoidInvoice", invoice_id=invoice_id)
    client.deliver()
    [received] = receiver.received
    payload = Verifier(added["secret"]).verify(received.body, received.headers)
    assert (payload["type"], payload["data"]["invoice_id"]) == ("invoice.voided", invoice_id)

    [listed] = client.deliveries(f"?invoice_id={invoice_id}")
    assert (listed["state"], listed["attempts"]) == ("delivered", 1)
    whole = client.call("GET", f"/webhook-deliveries/{listed['id']}")
    assert whole["body"].encode() == received.body
    [attempt] = whole["attempts"]
    assert (attempt["status"], attempt["response_body"], attempt["error"]) == (200, "ok", None)

    again = client.call("POST", f"/webhook-deliveries/{listed['id']}/redeliver")
    assert again["state"] == "waiting"
    client.deliver()
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == listed["webhook_id"]


def test_no_answer_but_the_first_has_the_secret(client: Client) -> None:
    added = client.add(unreachable())
    named = f"{LIST}/{added['endpoint']['id']}"
    shown = [
        client.send("GET", LIST),
        client.send("GET", named),
        client.send("PATCH", named, {"name": "Shop"}),
        client.send("POST", f"{named}/pause"),
        client.send("POST", f"{named}/resume"),
    ]
    assert [answer.status_code for answer in shown] == [200] * 5
    assert not [answer for answer in shown if added["secret"] in answer.text]


def test_a_repetition_adds_one_endpoint_and_its_secret_is_not_stored(client: Client) -> None:
    body, key = {"url": unreachable()}, new_id()
    first, again = (client.send("POST", LIST, body, key) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["idempotent-replayed"] == "true"
    assert first.json() == again.json()
    assert len(client.call("GET", LIST)["endpoints"]) == 1
    with client.admin.database.connect() as connection:
        stored = connection.execute(
            "select status, body from idempotency_key where tenant_id = %(t)s and key = %(key)s",
            {"t": client.admin.tenant_id, "key": key},
        ).fetchall()
        secrets = connection.execute(
            "select secret from webhook_secret where tenant_id = %(t)s",
            {"t": client.admin.tenant_id},
        ).fetchall()
    assert stored == [(None, None)]
    assert first.json()["secret"] not in str(secrets)


def test_keys_are_rotated_once_and_both_are_valid(client: Client, receiver: Receiver) -> None:
    added = client.add(receiver.url())
    named, key = f"{LIST}/{added['endpoint']['id']}", new_id()
    first, again = (
        client.send("POST", f"{named}/rotate", {"overlap_hours": 2}, key).json() for _ in range(2)
    )
    assert first == again
    assert first["secret"] not in (None, added["secret"])
    sample = client.call("POST", f"{named}/test")
    client.deliver()
    whole = client.call("GET", f"/webhook-deliveries/{sample['delivery_id']}")
    assert (whole["state"], whole["event_id"], whole["type"]) == (
        "delivered",
        None,
        "invoice.voided",
    )
    [received] = [one for one in receiver.received if b"invoice.voided" in one.body]
    for secret in (added["secret"], first["secret"]):
        assert Verifier(secret).verify(received.body, received.headers)
    actions = [
        (one["command"], one["actor"].partition(":")[0])
        for one in client.call("GET", f"/audit?subject_id={added['endpoint']['id']}")["requests"]
    ]
    assert actions == [
        ("SendWebhookSample", "key"),
        ("RotateWebhookKeys", "key"),
        ("SaveWebhookEndpoint", "key"),
    ]


def test_what_failed_is_sent_again_and_a_range_is_replayed(
    client: Client, receiver: Receiver
) -> None:
    receiver.answer = lambda _: Answer(410, b"gone")
    began = datetime.now(UTC)
    named = client.add(receiver.url(), "invoice.voided")["endpoint"]["id"]
    client.admin.done("VoidInvoice", invoice_id=issued(client.admin))
    client.deliver()
    [failed] = client.deliveries(f"?endpoint_id={named}&state=failed")
    assert failed["attempts"] == 1
    receiver.answer = lambda _: Answer()
    late = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    path = f"{LIST}/{named}"
    assert client.call("POST", f"{path}/redeliver-failed", {"since": late}) == {"redelivered": 0}
    early = began.isoformat()
    assert client.call("POST", f"{path}/redeliver-failed", {"since": early}) == {"redelivered": 1}
    client.deliver()
    assert client.deliveries("?state=failed") == []
    assert client.call("POST", f"{path}/replay", {"since": early}) == {"again": 1, "first": 0}
    client.deliver()
    assert {one.headers["webhook-id"] for one in receiver.received} == {failed["webhook_id"]}
    assert len(receiver.received) == 3
    health = client.call("GET", path)
    assert (health["health"], health["waiting"], health["failed"]) == ("active", 0, 0)


def test_deliveries_are_listed_page_by_page(client: Client) -> None:
    named = client.add(unreachable(), "task.opened")["endpoint"]["id"]
    sent = [client.call("POST", f"{LIST}/{named}/test")["delivery_id"] for _ in range(3)]
    first = client.call("GET", "/webhook-deliveries?per_page=2")
    second = client.call("GET", f"/webhook-deliveries?per_page=2&after={first['next']}")
    rows = [one["id"] for page in (first, second) for one in page["deliveries"]]
    assert (rows, second["next"]) == (sent[::-1], None)


def test_an_endpoint_is_changed_paused_resumed_and_deleted(client: Client) -> None:
    path = f"{LIST}/{client.add(unreachable(), 'task.opened')['endpoint']['id']}"
    changed = client.call("PATCH", path, {"event_types": None, "name": "Shop"})
    assert (changed["event_types"], changed["name"]) == (None, "Shop")
    changed = client.call("PATCH", path, {"event_types": ["invoice.voided", "invoice.voided"]})
    assert (changed["event_types"], changed["name"]) == (["invoice.voided"], "Shop")
    paused = client.call("POST", f"{path}/pause")
    assert (paused["health"], paused["paused_reason"]) == ("paused", "requested")
    assert client.error("POST", f"{path}/pause", status=409)["code"] == "already_in_state"
    sample = client.call("POST", f"{path}/test")["delivery_id"]
    client.deliver()
    waiting = f"/webhook-deliveries/{sample}"
    assert client.call("GET", waiting)["attempts"] == []
    error = client.error("POST", f"{waiting}/redeliver", status=409)
    assert "waits already" in error["message"]
    assert client.call("POST", f"{path}/resume")["health"] == "active"
    assert client.call("DELETE", path)["name"] == "Shop"
    assert client.error("GET", path, status=404)["details"] == {"field": "endpoint_id"}
    error = client.error("POST", f"{waiting}/redeliver")
    assert error["message"] == "The endpoint of this delivery is deleted."


BAD = [
    ("POST", "", {"url": "ftp://x"}, "url"),
    ("POST", "", {"url": "https://x.example", "dialect": "morse"}, "dialect"),
    ("POST", "", {"url": "https://x.example", "signature": "jwt"}, "signature"),
    ("POST", "", {"url": "https://x.example", "event_types": ["invoice.eaten"]}, "event_types"),
    ("PATCH", "/{id}", {"event_types": ["invoice.eaten"]}, "event_types"),
    ("PATCH", "/{id}", {"url": None}, "url"),
    ("PATCH", "/{id}", {"url": ""}, "url"),
    ("POST", "/{id}/test", {"type": "invoice.eaten"}, "type"),
    ("POST", "/{id}/replay", {"since": "2026-02-01", "until": "2026-01-01"}, "until"),
]


@pytest.mark.parametrize(("method", "path", "body", "field"), BAD)
def test_bad_input_is_refused_and_its_field_is_named(
    client: Client, method: str, path: str, body: Any, field: str
) -> None:
    url = unreachable()
    named = client.add(url)["endpoint"]["id"]
    before = client.call("GET", LIST)
    assert client.error(method, LIST + path.format(id=named), body)["details"]["field"] == field
    assert client.call("GET", LIST) == before
    assert client.deliveries() == []


UNREADABLE = [
    ("POST", "", {}, "`url`"),
    ("POST", "", {"url": 5}, "`url`"),
    ("POST", "", {"url": "https://x.example", "types": []}, "no field `types`"),
    ("POST", "/{id}/rotate", {"overlap_hours": "2"}, "`overlap_hours`"),
    ("POST", "/{id}/rotate", {"overlap_hours": -1}, "`overlap_hours`"),
    ("POST", "/{id}/rotate", {"overlap_hours": 1e300}, "`overlap_hours`"),
    ("POST", "/{id}/redeliver-failed", {}, "`since`"),
    ("POST", "/{id}/replay", {"since": "yesterday"}, "`since`"),
]


@pytest.mark.parametrize(("method", "path", "body", "words"), UNREADABLE)
def test_unreadable_input_is_refused_and_its_field_is_named(
    client: Client, method: str, path: str, body: Any, words: str
) -> None:
    named = client.add(unreachable())["endpoint"]["id"]
    assert words in client.error(method, LIST + path.format(id=named), body)["message"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"dialect": "morse"}, "dialect"),
        ({"dialect": "standard", "event_types": ["invoice.eaten"]}, "event_types"),
        ({"dialect": "standard", "signature": "jwt"}, "signature"),
    ],
)
def test_the_generic_command_is_checked_by_the_dialect_too(
    client: Client, fields: dict[str, Any], field: str
) -> None:
    command = {
        "command": "SaveWebhookEndpoint",
        "webhook_endpoint_id": new_id(),
        "url": unreachable(),
        **fields,
    }
    for path in ("/commands", "/commands/preview"):
        assert client.error("POST", path, command)["details"] == {"field": field}
    assert client.call("GET", LIST) == {"endpoints": []}
    client.admin.done(
        **{**command, "dialect": "standard", "event_types": None, "signature": "hmac"}
    )
    [made] = client.call("GET", LIST)["endpoints"]
    assert (made["signature"], made["event_types"]) == ("hmac", None)


def test_another_tenant_finds_nothing(client: Client, stranger: Client) -> None:
    named = client.add(unreachable(), name="Ours")["endpoint"]["id"]
    sample = client.call("POST", f"{LIST}/{named}/test")["delivery_id"]
    since = {"since": "2020-01-01"}
    calls: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("PATCH", "", {"name": "Theirs"}),
        ("DELETE", "", None),
        *(("POST", f"/{deed}", None) for deed in ("pause", "resume", "rotate", "test")),
        *(("POST", f"/{deed}", since) for deed in ("redeliver-failed", "replay")),
    ]
    answers = [stranger.send(method, f"{LIST}/{named}{path}", body) for method, path, body in calls]
    answers += [
        stranger.send("GET", f"/webhook-deliveries/{sample}"),
        stranger.send("POST", f"/webhook-deliveries/{sample}/redeliver"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert stranger.deliveries() == stranger.deliveries(f"?endpoint_id={named}") == []
    assert stranger.call("GET", LIST) == {"endpoints": []}
    assert client.call("GET", f"{LIST}/{named}")["name"] == "Ours"


def test_background_jobs_count_only_the_own_webhooks(client: Client, stranger: Client) -> None:
    named = client.add(unreachable(), "task.opened")["endpoint"]["id"]
    client.call("POST", f"{LIST}/{named}/test")
    assert client.call("GET", "/jobs")["webhooks"] == {"waiting": 1, "retrying": 0, "failed": 0}
    assert stranger.call("GET", "/jobs")["webhooks"]["waiting"] == 0


def by_cookie(staff: Staff, url: str, operator: Operator, method: str, path: str, body: Any) -> int:
    """Return the status of a call by a signed-in operator."""
    token = staff.token(operator)
    headers = {CSRF_HEADER: csrf_token(token, staff.tenant_id)}
    with httpx.Client(cookies={COOKIE: token}, headers=headers) as browser:
        return browser.request(method, f"{url.rstrip('/')}/api/admin{path}", json=body).status_code


def test_each_role_may_do_its_part(database: Database, serving: Serving) -> None:
    staff = Staff(database)
    people = {role: staff.hire(role) for role in Role}

    def statuses(method: str, path: str, body: Any = None) -> list[int]:
        """Return the statuses for a viewer, an operator and an administrator."""
        return [
            by_cookie(staff, serving.url, people[role], method, path, body)
            for role in (Role.VIEWER, Role.OPERATOR, Role.ADMIN)
        ]

    missing = f"{LIST}/{new_id()}"
    delivery = f"/webhook-deliveries/{new_id()}"
    since = {"since": "2020-01-01"}
    assert statuses("POST", LIST, {"url": unreachable()}) == [403, 403, 200]
    for deed in ("pause", "resume", "rotate", "test"):
        assert statuses("POST", f"{missing}/{deed}") == [403, 403, 404]
    assert statuses("PATCH", missing, {"name": "x"}) == [403, 403, 404]
    assert statuses("DELETE", missing) == [403, 403, 404]
    for path in (LIST, "/webhook-deliveries", "/jobs"):
        assert statuses("GET", path) == [200, 200, 200]
    for path in (f"{missing}/redeliver-failed", f"{missing}/replay"):
        assert statuses("POST", path, since) == [403, 404, 404]
    assert statuses("POST", f"{delivery}/redeliver") == [403, 404, 404]
    pause = {"command": "PauseWebhookEndpoint", "webhook_endpoint_id": new_id()}
    assert statuses("POST", "/commands", pause) == [403, 403, 404]
