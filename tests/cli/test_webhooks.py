"""Webhook endpoints and deliveries on the command line."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from cli.books import Books
from cli.terminal import KEY, script
from delivery.receivers import Receiver
from polaris.delivery.sender import Sender
from polaris.engine import new_id
from polaris.settings import Settings
from polaris.webhook_dialects import configured_sending


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def send(books: Books) -> None:
    """Send what is due, to addresses of this machine too."""
    sending = configured_sending(Settings(encryption_key=KEY, webhooks_allow_private=True))
    asyncio.run(Sender(books.database, sending).send_due())


def add(books: Books, url: str, *options: str) -> dict[str, Any]:
    """Add an endpoint, and return what the command prints."""
    return dict(books.run("webhook", "endpoint", "add", url, *options, "--json").json)


def test_an_endpoint_is_added_tested_and_shows_its_deliveries(
    books: Books, receiver: Receiver
) -> None:
    url = receiver.url(f"/{new_id()}")
    added = add(books, url, "--events", "invoice.voided,task.opened", "--name", "Books")
    assert added.keys() == {"endpoint_id", "secret", "public_key", "public_keys"}
    assert (added["public_key"], added["secret"][:6]) == (None, "whsec_")
    sent = books.run("webhook", "endpoint", "test", added["endpoint_id"], "--json").json
    send(books)
    [received] = receiver.received
    verified = Verifier(added["secret"]).verify(received.body, received.headers)
    assert verified["type"] == "invoice.voided"
    [listed] = [
        one
        for one in books.run("webhook", "endpoint", "list", "--json").json
        if one["id"] == added["endpoint_id"]
    ]
    assert (listed["url"], listed["name"], listed["waiting"]) == (url, "Books", 0)
    assert listed["event_types"] == ["invoice.voided", "task.opened"]
    shown = books.run("webhook", "delivery", "show", sent["delivery_id"], "--json").json
    assert (shown["state"], shown["attempts"][0]["status"]) == ("delivered", 200)
    assert url in books.run("webhook", "delivery", "show", sent["delivery_id"]).out
    of_endpoint = ("--endpoint", added["endpoint_id"])
    page = books.run("webhook", "delivery", "list", *of_endpoint, "--json").json
    assert [one["id"] for one in page["deliveries"]] == [sent["delivery_id"]]
    again = books.run("webhook", "delivery", "redeliver", sent["delivery_id"], "--json").json
    assert again == {"redelivered": 1}
    replayed = books.run("webhook", "replay", added["endpoint_id"], "--since", "2026-01-01")
    assert "to be sent again" in replayed.out
    with books.database.connect() as connection:
        lines = connection.execute(
            "select command, actor, outcome from audit"
            " where tenant_id = %(t)s and subject_id = %(e)s order by at",
            {"t": books.tenant_id, "e": added["endpoint_id"]},
        ).fetchall()
    assert [(name, outcome) for name, _, outcome in lines] == [
        ("SaveWebhookEndpoint", "done"),
        ("SendWebhookSample", "done"),
        ("RedeliverWebhook", "done"),
        ("ReplayWebhooks", "done"),
    ]
    assert {actor.partition(":")[0] for _, actor, _ in lines} == {"cli"}


def test_an_endpoint_is_paused_resumed_rotated_and_deleted(books: Books) -> None:
    added = add(books, f"https://receiver.example/{new_id()}")
    named = added["endpoint_id"]
    paused = books.run("webhook", "endpoint", "pause", named, "--json").json
    assert paused["paused_reason"] == "requested"
    assert "paused (requested)" in books.run("webhook", "endpoint", "list").out
    refused = books.run("webhook", "endpoint", "pause", named, "--json")
    assert (refused.code, refused.json["refusals"][0]["code"]) == (1, "already_in_state")
    assert books.run("webhook", "endpoint", "resume", named, "--json").json["paused_at"] is None
    rotated = books.run("webhook", "endpoint", "rotate", named, "--json").json
    assert rotated["secret"] != added["secret"]
    assert books.run("webhook", "endpoint", "delete", named, "--json").json["deleted"] is True
    assert books.run("webhook", "endpoint", "pause", named, "--json").code == 1


def test_public_keys_are_printed_where_the_dialect_signs_with_a_key_pair(books: Books) -> None:
    added = add(books, f"https://receiver.example/{new_id()}", "--dialect", "lago")
    assert added["secret"] is None
    assert added["public_key"].startswith("-----BEGIN PUBLIC KEY-----")
    refused = books.run("webhook", "endpoint", "rotate", added["endpoint_id"], "--json")
    assert "share the keys of the tenant" in refused.json["error"]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--dialect", "morse"), "The dialect morse has no webhooks."),
        (("--events", "invoice.vanished"), "no webhook of the type invoice.vanished"),
        (("--signature", "jwt"), "no signature jwt. Choose hmac."),
    ],
)
def test_what_an_endpoint_cannot_be(books: Books, options: tuple[str, ...], error: str) -> None:
    before = books.run("webhook", "endpoint", "list", "--json").json
    url = f"https://receiver.example/{new_id()}"
    refused = books.run("webhook", "endpoint", "add", url, *options, "--json")
    assert refused.code == 1
    assert error in refused.json["error"]
    assert books.run("webhook", "endpoint", "list", "--json").json == before


def test_without_an_encryption_key_no_endpoint_is_made(books: Books) -> None:
    place = ("--tenant", books.tenant_id, "--database-url", books.database.url, "--json")
    url = f"https://receiver.example/{new_id()}"
    ended = script("webhook", "endpoint", "add", url, *place, env={"POLARIS_ENCRYPTION_KEY": ""})
    assert (ended.code, "Traceback" in ended.err) == (1, False)
    assert ended.json["error"].startswith("Set POLARIS_ENCRYPTION_KEY")
    assert books.run("webhook", "endpoint", "list", "--json").json == []


def test_unknown_ids_are_errors(books: Books) -> None:
    unknown = new_id()
    now = f"{datetime.now(UTC):%Y-%m-%d}"
    for arguments in (
        ("endpoint", "pause", unknown),
        ("delivery", "show", unknown),
        ("delivery", "redeliver", unknown),
        ("replay", unknown, "--since", now),
    ):
        ended = books.run("webhook", *arguments, "--json")
        assert ended.code == 1
        assert unknown in ended.json["error"]
