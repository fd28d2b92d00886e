"""An endpoint that Lago's client creates gets webhooks, and verifies them as Lago's users do."""

import asyncio
import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from lago_python_client.models import WebhookEndpoint

from delivery.mail import ENCRYPTION
from delivery.receivers import Answer, Received, Receiver
from dialects.lago.books import Books, line
from polaris.delivery.sender import Sender, Sending
from polaris.delivery.signing import HMAC_KEY, new_hmac_key
from polaris.store.engine.write import signing_key
from polaris.webhook_dialects import WEBHOOK_DIALECTS

ISSUER = "https://polaris.example"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def send(books: Books) -> None:
    """Send what is due."""
    sending = Sending(WEBHOOK_DIALECTS, ENCRYPTION, ISSUER, allow_private=True)
    asyncio.run(Sender(books.database, sending).send_due())


def endpoint(client: Any, url: str, algorithm: str) -> None:
    """Create an endpoint for voided invoices."""
    made = WebhookEndpoint(
        webhook_url=url, signature_algo=algorithm, name=None, event_types=["invoice.voided"]
    )
    client.webhook_endpoints.create(made)


def void(books: Books, client: Any) -> str:
    """Void an invoice with the client. Return its id."""
    invoice_id = books.invoice(books.customer(), line(1000))
    client.invoices.void(invoice_id)
    return invoice_id


def test_a_void_arrives_and_the_token_is_verified_with_the_public_key(
    books: Books, client: Any, receiver: Receiver
) -> None:
    endpoint(client, receiver.url(), "jwt")
    invoice_id = void(books, client)
    send(books)
    [received] = receiver.received
    assert received.headers["x-lago-signature-algorithm"] == "jwt"
    claims = jwt.decode(
        received.headers["x-lago-signature"],
        client.webhooks.public_key(),
        algorithms=["RS256"],
        issuer=ISSUER,
    )
    assert json.loads(claims["data"]) == json.loads(received.body)
    body = json.loads(received.body)
    assert (body["webhook_type"], body["object_type"]) == ("invoice.voided", "invoice")
    assert (body["invoice"]["lago_id"], body["invoice"]["status"]) == (invoice_id, "voided")


def test_a_void_arrives_and_its_digest_is_verified(
    books: Books, client: Any, receiver: Receiver
) -> None:
    endpoint(client, receiver.url(), "hmac")
    void(books, client)
    send(books)
    [received] = receiver.received
    with books.database.connect() as connection:
        key = signing_key(connection, books.tenant_id, HMAC_KEY, new_hmac_key)
    digest = b64encode(hmac.new(key.encode(), received.body, "sha256").digest()).decode()
    assert received.headers["x-lago-signature"] == digest


def test_three_attempts_have_the_same_unique_key(
    books: Books, client: Any, receiver: Receiver
) -> None:
    def refuse(_: Received) -> Answer:
        return Answer(500)

    receiver.answer = refuse
    endpoint(client, receiver.url(), "jwt")
    void(books, client)
    for _ in range(5):
        send(books)
        with books.database.connect() as connection:
            connection.execute("update webhook_delivery set due_at = now() where state = 'waiting'")
    assert len(receiver.received) == 3
    assert len({received.headers["x-lago-unique-key"] for received in receiver.received}) == 1
