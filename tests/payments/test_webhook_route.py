"""Stripe's webhooks over HTTP, to a server that is a program of its own."""

from collections.abc import Iterator

import httpx
import pytest

from cli.terminal import Serving
from payments.shop import STRIPE, Shop
from payments.test_news import SECRET, header, intent, signed
from polaris.core.facts.payment import PaymentState
from polaris.core.ledger.chart import CLEARING, UNAPPLIED
from polaris.encryption import Encryption
from polaris.engine import new_id
from polaris.payments.accounts import Secrets, connect_account
from polaris.payments.webhook_route import MOST_BYTES

KEY = "YSBrZXkgb2YgdGhlIHRlc3RzLCBvZiAzMiBieXRlcyE="


@pytest.fixture(scope="module")
def serving(database_url: str) -> Iterator[Serving]:
    environment = {"POLARIS_ENCRYPTION_KEY": KEY}
    arguments = ("serve", "--no-jobs", "--database-url", database_url)
    with Serving(*arguments, env=environment) as serving:
        yield serving


@pytest.fixture
def connected(shop: Shop) -> Shop:
    """A shop that is connected to Stripe."""
    secrets = Secrets("rk_test_1234", SECRET)
    with shop.database.connect() as connection:
        connect_account(connection, Encryption((KEY,)), shop.tenant_id, STRIPE, secrets, "ada")
    return shop


def post(serving: Serving, tenant_id: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    """Send a webhook."""
    path = f"providers/stripe/{tenant_id}/webhook"
    return httpx.post(f"{serving.url.rstrip('/')}/{path}", content=body, headers=headers)


def test_an_event_is_recorded_once_and_answered_each_time(
    connected: Shop, serving: Serving
) -> None:
    connected.pays(PaymentState.IN_PROGRESS, reference="pi_1")
    connected.voids()
    body, headers = signed("payment_intent.succeeded", intent(), "evt_1")
    for _ in range(2):
        answer = post(serving, connected.tenant_id, body, headers)
        assert (answer.status_code, answer.json()) == (200, {"received": True, "result": "done"})
    assert connected.balances == {CLEARING: 1200, UNAPPLIED: -1200}
    assert len(connected.tasks) == 1


def test_an_object_that_nobody_knows_is_answered_as_received(
    connected: Shop, serving: Serving
) -> None:
    body, headers = signed("payment_intent.succeeded", intent(), "evt_1")
    answer = post(serving, connected.tenant_id, body, headers)
    assert (answer.status_code, answer.json()["result"]) == (200, "unknown object")


def test_an_event_about_real_money_is_not_for_a_test_account(
    connected: Shop, serving: Serving
) -> None:
    connected.pays(PaymentState.IN_PROGRESS, reference="pi_1")
    body, _ = signed("payment_intent.succeeded", intent(), "evt_1")
    live = body.replace(b'"livemode": false', b'"livemode": true')
    answer = post(serving, connected.tenant_id, live, header(live.decode()))
    assert (answer.status_code, answer.json()["result"]) == (200, "other mode")
    assert connected.balances.get(CLEARING) is None


def test_a_wrong_signature_changes_nothing(connected: Shop, serving: Serving) -> None:
    connected.pays(PaymentState.IN_PROGRESS, reference="pi_1")
    body, headers = signed("payment_intent.succeeded", intent(), "evt_1")
    for sent, named in ((body + b" ", headers), (body, {})):
        answer = post(serving, connected.tenant_id, sent, named)
        assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert connected.balances.get(CLEARING) is None


def test_a_body_that_is_no_event_is_refused(connected: Shop, serving: Serving) -> None:
    answer = post(serving, connected.tenant_id, b"[1]", header("[1]"))
    assert answer.status_code == 400
    assert "not an event" in answer.json()["error"]


def test_a_large_body_is_refused(connected: Shop, serving: Serving) -> None:
    large = b"0" * (MOST_BYTES + 1)
    assert post(serving, connected.tenant_id, large, {}).status_code == 413


def test_a_tenant_that_is_not_connected_expects_no_webhook(shop: Shop, serving: Serving) -> None:
    body, headers = signed("payment_intent.succeeded", intent(), "evt_1")
    for tenant_id in (shop.tenant_id, new_id(), "nobody"):
        assert post(serving, tenant_id, body, headers).status_code == 404
