"""Webhooks are sent again: one, all that failed, or a range; and keys are rotated."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from delivery.mail import ENCRYPTION, Mail
from delivery.receivers import Answer, Receiver
from faults.world import opened
from polaris.core.decision import Facts
from polaris.core.facts.event import Event
from polaris.core.facts.webhook import Signature
from polaris.delivery.dialect import Connection
from polaris.delivery.endpoint_keys import rotate
from polaris.delivery.replay import redeliver, redeliver_failed, replay
from polaris.delivery.sample import NoSample, send_sample
from polaris.delivery.shape import Webhook
from polaris.engine import Engine
from polaris.store.server.database import Database, EngineConnection

VOIDED = "invoice.voided"


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        yield database


@pytest.fixture(scope="module")
def engine(database: Database) -> Engine:
    return Engine(database, connections=2)


@pytest.fixture
def mail(database: Database, engine: Engine) -> Mail:
    return Mail(database, engine)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def connection(database: Database) -> Iterator[EngineConnection]:
    with database.connect() as connection:
        connection.autocommit = True
        yield connection


def test_one_delivery_is_sent_again_with_the_same_id_and_body(
    mail: Mail, receiver: Receiver, connection: EngineConnection
) -> None:
    mail.receiver(receiver, VOIDED)
    mail.voided()
    mail.send()
    [delivery] = mail.deliveries()
    assert redeliver(connection, mail.tenant_id, [delivery.id], mail.now) == 1
    assert redeliver(connection, mail.tenant_id, [delivery.id], mail.now) == 0
    assert mail.send() == 1
    first, second = receiver.received
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == delivery.webhook_id
    assert mail.deliveries()[0].attempts == 2


def test_what_failed_since_a_time_is_sent_again_with_the_whole_schedule(
    mail: Mail, receiver: Receiver, connection: EngineConnection
) -> None:
    mail.dialect = mail.dialect._replace(delay_seconds=lambda *_: None)  # one attempt only
    endpoint_id = mail.receiver(receiver, VOIDED)
    receiver.answer = lambda _: Answer(503)
    mail.voided()
    mail.send()
    mail.wait(hours=2)
    mail.voided(count=2)
    mail.send()
    assert [one.state for one in mail.deliveries()] == ["failed"] * 3
    receiver.answer = lambda _: Answer(200)
    since = mail.now - timedelta(hours=1)
    assert redeliver_failed(connection, mail.tenant_id, endpoint_id, since, mail.now) == 2
    assert mail.send() == 2
    assert [one.state for one in mail.deliveries()] == ["failed", "delivered", "delivered"]


def test_a_range_is_replayed_also_to_an_endpoint_that_is_newer(
    mail: Mail, receiver: Receiver, connection: EngineConnection
) -> None:
    start = datetime.now(UTC)
    mail.voided(count=2)
    before = datetime.now(UTC)
    endpoint_id = mail.receiver(receiver, VOIDED)
    mail.voided()
    assert mail.send() == 1
    named = (mail.tenant_id, {"standard": mail.dialect}, endpoint_id)
    until = datetime.now(UTC)
    assert replay(connection, *named, start, before, mail.now) == (0, 2)
    assert mail.send() == 2
    assert replay(connection, *named, start, until, mail.now) == (3, 0)
    assert mail.send() == 3
    ids = [received.headers["webhook-id"] for received in receiver.received]
    assert sorted(ids) == sorted(2 * list(dict.fromkeys(ids)))
    assert len(mail.deliveries()) == 3


def test_a_webhook_that_cannot_be_composed_fails_visibly_and_alone(
    mail: Mail, receiver: Receiver
) -> None:
    def compose(event: Event, facts: Facts, connection: Connection) -> list[Webhook]:
        if event.kind == VOIDED:
            raise ValueError("no such shape")
        return standard(event, facts, connection)

    standard = mail.dialect.compose
    mail.dialect = mail.dialect._replace(compose=compose)
    mail.receiver(receiver, VOIDED, "invoice.finalized")
    mail.voided()
    assert mail.send() == 1
    assert [(one.type, one.state) for one in mail.deliveries()] == [
        ("invoice.finalized", "delivered"),
        (VOIDED, "failed"),
    ]
    assert mail.rows("select fault from webhook where tenant_id = %(t)s and body = ''") == [
        ("ValueError: no such shape",)
    ]


def test_both_keys_are_valid_during_a_rotation(
    mail: Mail, receiver: Receiver, connection: EngineConnection
) -> None:
    endpoint_id = mail.receiver(receiver, VOIDED)
    older = mail.secret(endpoint_id)
    mail.now = datetime.now(UTC)
    overlap = timedelta(hours=3)
    named = (mail.tenant_id, endpoint_id, mail.dialect, Signature.HMAC, ENCRYPTION)
    [newer] = rotate(connection, *named, mail.now, overlap)
    mail.voided()
    mail.send()
    for secret in (older, newer.secret):
        Verifier(secret).verify(receiver.received[0].body, receiver.received[0].headers)
    mail.wait(hours=4)
    assert mail.secret(endpoint_id) == newer.secret
    [(stored,)] = mail.rows(
        "select secret from webhook_secret where tenant_id = %(t)s and expires_at is null"
    )
    assert newer.secret not in stored


def test_a_sample_is_a_real_webhook_about_nothing(
    mail: Mail, receiver: Receiver, connection: EngineConnection
) -> None:
    endpoint_id = mail.receiver(receiver, "customer.saved")
    named = (connection, mail.tenant_id, mail.dialect, endpoint_id)
    send_sample(*named, None, mail.now)
    send_sample(*named, "payment.received", mail.now)
    mail.send()
    secret = Verifier(mail.secret(endpoint_id))
    sent = [secret.verify(one.body, one.headers) for one in receiver.received]
    assert {body["type"] for body in sent} == {VOIDED, "payment.received"}
    assert mail.rows("select 1 from invoice where tenant_id = %(t)s") == []
    with pytest.raises(NoSample, match=r"no sample of the type books\.closed"):
        send_sample(*named, "books.closed", mail.now)


def test_an_altered_secret_verifies_nothing(mail: Mail, receiver: Receiver) -> None:
    endpoint_id = mail.receiver(receiver, VOIDED)
    other = mail.secret(mail.endpoint("http://127.0.0.1:9/other"))
    assert other != mail.secret(endpoint_id)
    mail.voided()
    mail.send()
    [received] = [one for one in receiver.received if b'"invoice.voided"' in one.body]
    with pytest.raises(WebhookVerificationError):
        Verifier(other).verify(received.body, received.headers)
