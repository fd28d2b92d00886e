"""Webhooks that ended long ago are deleted, and a replay sends them under their old ids."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from delivery.mail import Mail
from delivery.receivers import Answer, Receiver
from polaris.delivery.publish import webhook_id
from polaris.delivery.replay import redeliver, replay
from polaris.engine import Engine
from polaris.jobs.job import Workplace
from polaris.jobs.webhooks import delete_old_webhooks
from polaris.store.server.database import Database

VOIDED = "invoice.voided"
KEPT = timedelta(days=90)
HOUR = timedelta(hours=1)


@pytest.fixture
def mail(database: Database, engine: Engine) -> Mail:
    return Mail(database, engine)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def stored(mail: Mail) -> dict[str, int]:
    """Return how many rows there are about this tenant's webhooks."""
    tables = ("webhook", "webhook_delivery", "webhook_attempt")
    sql = "select count(*) from {} where tenant_id = %(t)s"
    return {table: mail.rows(sql.format(table))[0][0] for table in tables}


def test_what_ended_long_ago_is_deleted_whole(
    place: Workplace, mail: Mail, receiver: Receiver
) -> None:
    mail.receiver(receiver, VOIDED)
    mail.voided(count=2)
    mail.send()
    before = stored(mail)
    assert (before["webhook_delivery"], before["webhook_attempt"]) == (2, 2)
    delete_old_webhooks(place, mail.now + KEPT - HOUR)
    assert stored(mail) == before
    delete_old_webhooks(place, mail.now + KEPT + HOUR)
    assert set(stored(mail).values()) == {0}
    assert mail.send() == 0
    assert len(receiver.received) == 2


def test_what_waits_is_kept_however_old(place: Workplace, mail: Mail, receiver: Receiver) -> None:
    mail.receiver(receiver, VOIDED)
    [invoice_id] = mail.voided()
    receiver.answer = lambda _: Answer(500)
    mail.send()
    delete_old_webhooks(place, mail.now + 4 * KEPT)
    assert (stored(mail)["webhook_delivery"], stored(mail)["webhook_attempt"]) == (1, 1)
    receiver.answer = lambda _: Answer(200)
    mail.wait(hours=1)
    assert mail.send() == 1
    assert invoice_id.encode() in receiver.received[-1].body


def test_what_is_sent_again_is_kept(place: Workplace, mail: Mail, receiver: Receiver) -> None:
    mail.receiver(receiver, VOIDED)
    mail.voided()
    mail.send()
    [delivery] = mail.deliveries()
    with mail.database.connect() as connection:
        assert redeliver(connection, mail.tenant_id, [delivery.id], mail.now) == 1
    delete_old_webhooks(place, mail.now + 4 * KEPT)
    assert [one.id for one in mail.deliveries()] == [delivery.id]


def test_a_replay_of_deleted_webhooks_sends_the_old_ids(
    place: Workplace, mail: Mail, receiver: Receiver
) -> None:
    endpoint_id = mail.receiver(receiver, VOIDED)
    mail.voided(count=2)
    mail.send()
    delete_old_webhooks(place, mail.now + 2 * KEPT)
    dialects = {mail.dialect.name: mail.dialect}
    span = mail.now - timedelta(days=1), mail.now + timedelta(days=1)
    with mail.database.connect() as connection:
        connection.autocommit = True
        replayed = replay(
            connection, mail.tenant_id, dialects, endpoint_id, *span, mail.now + 2 * KEPT
        )
    assert replayed == (0, 2)
    mail.wait(days=200)
    assert mail.send() == 2
    sent = [(one.headers["webhook-id"], one.body) for one in receiver.received]
    assert sorted(sent[:2]) == sorted(sent[2:])
    assert len(set(sent)) == 2


def test_the_id_of_a_webhook_follows_from_its_event() -> None:
    """It keeps the time of the event, and the order of events and of positions."""
    early, late = (f"01990000-0000-7000-8000-{n}00000000000" for n in "12")
    first, second = webhook_id(early, "standard", 1), webhook_id(early, "standard", 2)
    assert first == webhook_id(early, "standard", 1)
    assert first != webhook_id(early, "other", 1)
    assert early[:28] == first[:28]
    assert first < second < webhook_id(late, "standard", 1)
