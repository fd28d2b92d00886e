"""Endpoints that fail for too long, or that are gone, are paused; a resumed one begins anew."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from delivery.mail import Mail
from delivery.receivers import Answer, Receiver
from faults.world import done
from polaris.core.commands import DeleteWebhookEndpoint, ResumeWebhookEndpoint
from polaris.engine import Engine
from polaris.jobs.job import Workplace
from polaris.jobs.webhooks import end_deliveries, pause_failing_endpoints
from polaris.store.read.webhooks import EndpointState, endpoint, endpoints_in_trouble
from polaris.store.server.database import Database

VOIDED = "invoice.voided"


@pytest.fixture
def mail(database: Database, engine: Engine) -> Mail:
    return Mail(database, engine)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def state(mail: Mail, endpoint_id: str) -> EndpointState:
    with mail.database.connect() as connection:
        return endpoint(connection, mail.tenant_id, endpoint_id)


def test_an_endpoint_that_fails_for_five_days_is_paused_until_it_is_resumed(
    place: Workplace, mail: Mail, receiver: Receiver
) -> None:
    named = mail.receiver(receiver, VOIDED)
    receiver.answer = lambda _: Answer(503)
    mail.voided()
    mail.send()
    assert pause_failing_endpoints(place, mail.now + timedelta(days=4.9)) == 0
    assert pause_failing_endpoints(place, mail.now + timedelta(days=5.1)) == 1
    assert state(mail, named).paused_reason == "failing"
    mail.wait(hours=1)
    assert mail.send() == 0
    done(mail.engine, mail.tenant_id, [ResumeWebhookEndpoint(webhook_endpoint_id=named)])
    assert pause_failing_endpoints(place, mail.now + timedelta(days=30)) == 0
    assert state(mail, named).failing_since is None
    assert mail.send() == 1
    assert state(mail, named).failing_since is not None
    assert pause_failing_endpoints(place, mail.now + timedelta(days=4.9)) == 0
    assert pause_failing_endpoints(place, mail.now + timedelta(days=5.1)) == 1


def test_a_success_ends_the_failing(place: Workplace, mail: Mail, receiver: Receiver) -> None:
    named = mail.receiver(receiver, VOIDED)
    receiver.answer = lambda _: Answer(503)
    mail.voided()
    mail.send()
    with mail.database.connect() as connection:
        assert [one.id for one in endpoints_in_trouble(connection, mail.tenant_id)] == [named]
    receiver.answer = lambda _: Answer(200)
    mail.wait(seconds=6)
    mail.send()
    assert state(mail, named).failing_since is None
    assert pause_failing_endpoints(place, mail.now + timedelta(days=30)) == 0


def test_an_endpoint_that_is_gone_is_paused_at_once(
    place: Workplace, mail: Mail, receiver: Receiver
) -> None:
    named = mail.receiver(receiver, VOIDED)
    receiver.answer = lambda _: Answer(410)
    mail.voided()
    mail.send()
    assert pause_failing_endpoints(place, mail.now) == 1
    assert state(mail, named).paused_reason == "gone"
    done(mail.engine, mail.tenant_id, [ResumeWebhookEndpoint(webhook_endpoint_id=named)])
    assert pause_failing_endpoints(place, mail.now) == 0


def test_deliveries_to_a_deleted_endpoint_end(
    place: Workplace, mail: Mail, receiver: Receiver
) -> None:
    named = mail.receiver(receiver, VOIDED)
    receiver.answer = lambda _: Answer(503)
    mail.voided()
    mail.send()
    done(mail.engine, mail.tenant_id, [DeleteWebhookEndpoint(webhook_endpoint_id=named)])
    assert end_deliveries(place, mail.now) == 1
    assert [one.state for one in mail.deliveries()] == ["failed"]
    assert end_deliveries(place, mail.now) == 0
