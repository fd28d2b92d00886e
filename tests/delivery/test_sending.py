"""Events are sent to real receivers, again after failures, and every attempt is recorded."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from delivery.mail import Mail
from delivery.receivers import Answer, Receiver
from faults.world import opened
from polaris.engine import Engine
from polaris.store.server.database import Database

VOIDED, FINALIZED = "invoice.voided", "invoice.finalized"


@pytest.fixture(scope="module")
def database(shared_database_url: str) -> Iterator[Database]:
    with opened(shared_database_url) as database:
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


def test_a_receiver_verifies_what_it_gets(mail: Mail, receiver: Receiver) -> None:
    endpoint_id = mail.receiver(receiver, VOIDED)
    [invoice_id] = mail.voided()
    assert mail.send() == 1
    [received] = receiver.received
    payload = Verifier(mail.secret(endpoint_id)).verify(received.body, received.headers)
    assert payload["type"] == VOIDED
    assert payload["data"]["subject_id"] == payload["data"]["invoice_id"] == invoice_id
    assert payload["data"]["before"]["status"] == "finalized"
    assert payload["data"]["after"]["status"] == "voided"
    altered = received.body.replace(b"voided", b"voidet", 1)
    with pytest.raises(WebhookVerificationError):
        Verifier(mail.secret(endpoint_id)).verify(altered, received.headers)
    assert mail.send() == 0


def test_an_endpoint_gets_all_events_since_it_exists_in_their_order(
    mail: Mail, receiver: Receiver
) -> None:
    mail.voided()
    mail.receiver(receiver)
    mail.voided(count=3)
    mail.send()
    bodies = [json.loads(received.body) for received in receiver.received]
    sent: dict[str | None, list[str]] = {}
    for body in bodies:
        sent.setdefault(body["data"]["invoice_id"], []).append(body["type"])
    del sent[None]  # the customer, and the endpoint itself
    expected = ["invoice.drafted", FINALIZED, VOIDED]
    assert [[kind for kind in kinds if kind in expected] for kinds in sent.values()] == [
        expected
    ] * 3


def test_a_failure_is_sent_again_by_the_schedule_with_the_same_id(
    mail: Mail, receiver: Receiver
) -> None:
    mail.receiver(receiver, VOIDED)
    mail.voided()
    receiver.answer = lambda _: Answer(500, b"no")
    for seconds in (0, 5.6, 331, 1981):  # the waiting time and up to a tenth more
        mail.wait(seconds=seconds)
        assert mail.send() == 1
        assert mail.send() == 0
    receiver.answer = lambda _: Answer(204, b"")
    mail.wait(hours=2.3)
    assert mail.send() == 1
    [delivery] = mail.deliveries()
    assert (delivery.state, delivery.attempts) == ("delivered", 5)
    assert {received.headers["webhook-id"] for received in receiver.received} == {
        delivery.webhook_id
    }
    assert len({received.body for received in receiver.received}) == 1
    attempts = mail.rows(
        "select number, status, error, response_body from webhook_attempt"
        " where tenant_id = %(t)s order by number"
    )
    assert attempts == [(n, 500, None, "no") for n in range(1, 5)] + [(5, 204, None, None)]


def test_after_the_last_attempt_it_has_failed(mail: Mail, receiver: Receiver) -> None:
    mail.receiver(receiver, VOIDED)
    mail.voided()
    receiver.answer = lambda _: Answer(400)
    for _ in range(10):
        assert mail.send() == 1
        mail.wait(days=2)
    assert mail.send() == 0
    [delivery] = mail.deliveries()
    assert (delivery.state, delivery.attempts) == ("failed", 10)


def test_retry_after_is_honoured(mail: Mail, receiver: Receiver) -> None:
    mail.receiver(receiver, VOIDED)
    mail.voided()
    receiver.answer = lambda _: Answer(429, headers=(("Retry-After", "3600"),))
    mail.send()
    [delivery] = mail.deliveries()
    assert timedelta(minutes=59) < delivery.due_at - mail.now < timedelta(minutes=61)


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (Answer(302, headers=(("Location", "/other"),)), 302, None),
        (Answer(reset=True), None, "RemoteProtocolError"),
        (Answer(before_seconds=3), None, "There was no whole answer within 1 seconds."),
        (Answer(body=b"x" * 40, drip_seconds=0.1), None, "There was no whole answer"),
    ],
)
def test_what_is_no_success(
    mail: Mail, receiver: Receiver, answer: Answer, status: int | None, error: str | None
) -> None:
    mail.dialect = mail.dialect._replace(timeout_seconds=1.0)
    mail.receiver(receiver, VOIDED)
    mail.voided()
    receiver.answer = lambda _: answer
    assert mail.send() == 1
    [(state, found, said)] = mail.rows(
        "select d.state, a.status, a.error from webhook_delivery d"
        " join webhook_attempt a using (tenant_id)"
        " where d.tenant_id = %(t)s and a.delivery_id = d.id"
    )
    assert (state, found) == ("waiting", status)
    assert (said or "").startswith(error or "")
    assert [received.path for received in receiver.received] == ["/hooks"]


def test_a_gigabyte_of_answer_is_not_read(mail: Mail, receiver: Receiver) -> None:
    mail.receiver(receiver, VOIDED)
    mail.voided()
    receiver.answer = lambda _: Answer(200, b"\0x" * 512 * 1024, repeat=1024)
    assert mail.send() == 1
    [(body,)] = mail.rows("select response_body from webhook_attempt where tenant_id = %(t)s")
    assert body == "\ufffdx" * 2048


def test_an_endpoint_that_is_gone_is_left_alone(mail: Mail, receiver: Receiver) -> None:
    mail.receiver(receiver, VOIDED)
    mail.voided()
    receiver.answer = lambda _: Answer(410)
    mail.send()
    [delivery] = mail.deliveries()
    assert (delivery.state, delivery.attempts) == ("failed", 1)
    [(gone,)] = mail.rows(
        "select gone_at is not null from webhook_endpoint_health where tenant_id = %(t)s"
    )
    assert gone


def test_a_dead_endpoint_delays_no_other_and_has_few_attempts_at_a_time(
    mail: Mail, receiver: Receiver
) -> None:
    mail.dialect = mail.dialect._replace(timeout_seconds=2.0, keeps_order=False)
    mail.per_endpoint = 3
    slow = Receiver()
    slow.answer = lambda _: Answer(before_seconds=1)
    mail.receiver(receiver, VOIDED)
    mail.receiver(slow, VOIDED)
    mail.voided(count=6)
    mail.send()
    slow.close()
    assert slow.most_at_once == 3
    assert (len(slow.received), len(receiver.received)) == (6, 6)


def test_a_later_webhook_of_an_invoice_waits_for_the_earlier_one(
    mail: Mail, receiver: Receiver
) -> None:
    mail.receiver(receiver, VOIDED, FINALIZED)
    mail.voided(count=2)
    refused = []

    def answer(received: object) -> Answer:
        refused.append(received)
        return Answer(500 if len(refused) == 1 else 200)

    receiver.answer = answer
    mail.send()
    states = [(one.type, one.state) for one in mail.deliveries()]
    assert sorted(states) == [
        (FINALIZED, "delivered"),
        (FINALIZED, "waiting"),
        (VOIDED, "delivered"),
        (VOIDED, "waiting"),
    ]
    mail.wait(seconds=6)
    mail.send()
    assert {one.state for one in mail.deliveries()} == {"delivered"}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.1.1"])
def test_private_addresses_are_refused(mail: Mail, receiver: Receiver, host: str) -> None:
    """The name `localhost` resolves to a loopback address; the address is checked, not the name."""
    mail.allow_private = False
    mail.endpoint(receiver.url(host=host), (VOIDED,))
    mail.voided()
    assert mail.send() == 1
    [(error,)] = mail.rows("select error from webhook_attempt where tenant_id = %(t)s")
    assert error == "Webhooks are not sent to private, loopback and link-local addresses."
    assert receiver.received == []
