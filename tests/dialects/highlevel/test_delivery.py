"""Webhooks are really sent, in the vendor's way, and the vendor's middleware accepts them."""

import json
from collections.abc import Iterator

import pytest

from delivery.mail import ENCRYPTION, Mail
from delivery.receivers import Answer, Receiver
from dialects.highlevel.test_signatures import received
from faults.world import done, opened
from polaris.core.commands import SaveTenant
from polaris.core.facts.webhook import Signature
from polaris.delivery.endpoint_keys import keys_of
from polaris.delivery.sample import sample
from polaris.dialects.highlevel.webhooks import DIALECT
from polaris.engine import Engine
from polaris.store.read import tenants


@pytest.fixture
def mail(database_url: str) -> Iterator[Mail]:
    """A tenant whose HighLevel webhooks are sent, with the app of the receiver."""
    with opened(database_url) as database:
        mail = Mail(database, Engine(database, connections=1), DIALECT)
        set_details(mail, app_id="app1")
        yield mail


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def set_details(mail: Mail, **settings: object) -> None:
    command = SaveTenant(tenant_id=mail.tenant_id, details={"highlevel": dict(settings)})
    done(mail.engine, mail.tenant_id, [command])


def test_the_vendors_middleware_accepts_what_arrives(
    mail: Mail, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After 429 the same bytes come again, ten to twelve minutes later, and are still valid."""
    endpoint_id = mail.receiver(receiver, "InvoiceVoid")
    statuses = iter([429, 200])
    receiver.answer = lambda _: Answer(next(statuses))
    mail.voided()
    assert mail.send() == 1
    mail.wait(minutes=9)
    assert mail.send() == 0
    mail.wait(minutes=4)
    assert mail.send() == 1
    mail.wait(hours=1)
    assert mail.send() == 0
    first, second = receiver.received
    assert first.body == second.body
    read = json.loads(first.body)
    (delivery,) = mail.deliveries()
    assert (read["type"], read["webhookId"]) == ("InvoiceVoid", delivery.webhook_id)
    assert (read["status"], read["total"], read["amountDue"]) == ("void", 12, 12)

    with mail.database.connect() as connection:
        keys = keys_of(
            connection,
            mail.tenant_id,
            endpoint_id,
            DIALECT,
            Signature.ED25519,
            ENCRYPTION,
            mail.now,
        )
    public = {key.kind: str(key.public_key) for key in keys}
    monkeypatch.setenv("CLIENT_ID", "app1-x")
    monkeypatch.setenv("WEBHOOK_SIGNATURE_PUBLIC_KEY", public["ed25519"])
    monkeypatch.setenv("WEBHOOK_PUBLIC_KEY", public["rsa"])
    for arrived in receiver.received:
        both = received(arrived.body, arrived.headers)
        assert (both.is_signature_valid, both.signature_type) == (True, "ed25519")
        del arrived.headers["x-ghl-signature"]
        older = received(arrived.body, arrived.headers)
        assert (older.is_signature_valid, older.signature_type) == (True, "rsa")


@pytest.mark.parametrize(("eager", "attempts"), [(False, 1), (True, 2)])
def test_another_failure_is_final_unless_the_setting_is_on(
    mail: Mail, receiver: Receiver, eager: bool, attempts: int
) -> None:
    set_details(mail, retry_failures=eager)
    mail.receiver(receiver, "InvoiceVoid")
    statuses = iter([503, 200])
    receiver.answer = lambda _: Answer(next(statuses))
    mail.voided()
    mail.send()
    mail.wait(minutes=2)
    mail.send()
    (delivery,) = mail.deliveries()
    assert delivery.attempts == attempts
    assert delivery.state == ("delivered" if eager else "failed")


@pytest.mark.parametrize(
    "kind", sorted(DIALECT.subscribable - {"InvoiceUpdate", "InvoicePartiallyPaid"})
)
def test_a_sample(mail: Mail, kind: str) -> None:
    """The history of the samples has neither an update nor a partial payment."""
    with mail.database.connect() as connection:
        tenant = tenants.tenant(connection, mail.tenant_id)
        made = sample(DIALECT, tenant, connection, kind, mail.now)
    read = json.loads(made.body)
    assert (read["type"], read["appId"], read["total"]) == (kind, "app1", 99)
