"""`kill -9` of a process that sends webhooks: nothing is lost, and a duplicate has the same id."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.mail import ENCRYPTION, Mail
from delivery.receivers import Answer, Receiver
from faults.world import opened
from polaris.engine import Engine
from polaris.store.server.database import Database

SENDER = Path(__file__).with_name("webhook_sender.py")
WEBHOOKS = 60
KILLS = 4


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


def killed_after(receiver: Receiver, count: int, url: str) -> None:
    """Run a sender until this many webhooks have arrived, then kill it."""
    command = [sys.executable, str(SENDER), url, ENCRYPTION.keys[0]]
    with subprocess.Popen(command) as program:
        before = len(receiver.received)
        give_up = time.monotonic() + 60
        while len(receiver.received) < before + count and time.monotonic() < give_up:
            time.sleep(0.01)
        program.kill()


def test_nothing_is_lost_when_senders_are_killed(database: Database) -> None:
    mail, receiver = Mail(database, Engine(database, connections=2)), Receiver()
    receiver.answer = lambda _: Answer(200, before_seconds=0.02)
    mail.receiver(receiver, "invoice.voided")
    mail.voided(count=WEBHOOKS)
    for _ in range(KILLS):
        killed_after(receiver, 5, database.url)
    arrived_before = len(receiver.received)
    assert KILLS <= arrived_before < WEBHOOKS
    mail.wait(seconds=300)  # the leases of the killed senders end
    mail.send()
    receiver.close()
    ids = Counter(one.headers["webhook-id"] for one in receiver.received)
    assert set(ids) == {one.webhook_id for one in mail.deliveries()}
    assert len(ids) == WEBHOOKS
    assert {one.state for one in mail.deliveries()} == {"delivered"}
    bodies = {(one.headers["webhook-id"], one.body) for one in receiver.received}
    assert len(bodies) == WEBHOOKS


def test_two_senders_at_once_send_each_webhook_once(database: Database) -> None:
    mail, receiver = Mail(database, Engine(database, connections=2)), Receiver()
    mail.receiver(receiver, "invoice.voided")
    mail.voided(count=WEBHOOKS)
    command = [sys.executable, str(SENDER), database.url, ENCRYPTION.keys[0]]
    with subprocess.Popen(command) as first, subprocess.Popen(command) as second:
        give_up = time.monotonic() + 60
        while mail.attempts() < WEBHOOKS and time.monotonic() < give_up:
            time.sleep(0.1)
        time.sleep(1)
        first.kill()
        second.kill()
    receiver.close()
    ids = Counter(one.headers["webhook-id"] for one in receiver.received)
    assert (len(ids), set(ids.values())) == (WEBHOOKS, {1})
