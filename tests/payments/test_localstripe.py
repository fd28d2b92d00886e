"""A refund at localstripe, a stand-in for Stripe that others wrote, as a program of its own.

It knows no idempotency keys and no failures; for these see `test_refunds`.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import stripe
from msgspec.structs import replace

from payments.shop import Shop
from polaris.core.facts.payment import RefundState
from polaris.core.ledger.chart import CLEARING, UNAPPLIED
from polaris.payments.stripe.provider import StripeProvider

KEY = "sk_test_12345"
PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The URL of a running localstripe."""
    with closing(socket.socket(socket.AF_INET6)) as free:
        free.bind(("::", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        try:
            wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            program.kill()


def wait_for(port: int) -> None:
    """Return when somebody listens on the port."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < give_up_at, "localstripe does not start"
            time.sleep(0.05)
        else:
            return


@pytest.fixture
def client(url: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        KEY, base_addresses={"api": url}, http_client=stripe.RequestsClient(timeout=10)
    )


def paid(client: stripe.StripeClient, amount: int) -> str:
    """Pay an amount in cents with a card. Return the id of the PaymentIntent."""
    card: Any = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2090, "cvc": "123"}
    method = client.v1.payment_methods.create({"type": "card", "card": card})
    customer = client.v1.customers.create({"email": "ada@example.com"})
    client.v1.payment_methods.attach(method.id, {"customer": customer.id})
    intent = client.v1.payment_intents.create(
        {
            "amount": amount,
            "currency": "eur",
            "customer": customer.id,
            "payment_method": method.id,
            "confirm": True,
        }
    )
    assert intent.status == "succeeded"
    return intent.id


def test_a_refund_is_made_and_found(shop: Shop, url: str, client: stripe.StripeClient) -> None:
    intent = paid(client, 1200)
    shop.pays(reference=intent)
    shop.voids(refund_minor=500)
    provider = StripeProvider(KEY, url)
    shop.sends(provider)
    assert shop.refund.state is RefundState.SETTLED
    assert shop.balances == {CLEARING: 700, UNAPPLIED: -700}
    [made] = client.v1.refunds.list({"payment_intent": intent}).data
    assert (made.id, made.amount, made.currency) == (shop.refund.reference, 500, "eur")
    whole = shop.invoice
    [settlement] = whole.settlements
    assert settlement.held_minor == 700
    nameless = replace(shop.refund, reference=None)
    with_payment = next(row for row in whole.payments if row.id == nameless.payment_id)
    found = provider.find_refund(nameless, with_payment)
    assert (found.result.value, found.reference, found.amount_minor) == ("reported", made.id, 500)


def test_a_payment_that_does_not_exist_fails_clearly(shop: Shop, url: str) -> None:
    shop.pays(reference="pi_nothing")
    shop.voids(refund_minor=500)
    shop.sends(StripeProvider(KEY, url))
    assert shop.refund.state is RefundState.FAILED
    assert shop.refund.failure is not None
    assert shop.refund.failure.startswith("404: ")
