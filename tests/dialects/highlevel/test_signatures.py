"""The vendor's own middleware verifies the bodies and both signatures."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from highlevel import HighLevel

from dialects.highlevel.books import Books
from dialects.highlevel.deliveries import Keys, origin_with, told
from polaris.delivery import signing
from polaris.delivery.dialect import Reply
from polaris.dialects.highlevel.webhooks import DIALECT

KEYS = Keys.new()
ED25519, RSA = "X-GHL-Signature", "X-WH-Signature"


@pytest.fixture
def body(books: Books) -> bytes:
    """The body of a void."""
    books.set(app_id="app1")
    invoice = books.sent(name="Küche")
    (sent,) = told(books, lambda: books.void(invoice["_id"]))
    return sent.body


def received(body: bytes, headers: dict[str, str]) -> Any:
    """Return the request after the vendor's middleware has seen it."""
    request = SimpleNamespace(
        headers={name.lower(): value for name, value in headers.items()}, body=body
    )

    async def verify() -> None:
        await HighLevel(client_id="app1-x", client_secret="s").webhooks.subscribe()(request)

    with asyncio.Runner() as runner:
        runner.run(verify())
    return request


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The receiver's settings: its app, and the public keys of the endpoint."""
    monkeypatch.setenv("CLIENT_ID", "app1-anything")
    monkeypatch.setenv("WEBHOOK_SIGNATURE_PUBLIC_KEY", str(KEYS.ed25519.public_key))
    monkeypatch.setenv("WEBHOOK_PUBLIC_KEY", str(KEYS.rsa.public_key))


@pytest.mark.parametrize(
    ("names", "kind"),
    [((ED25519, RSA), "ed25519"), ((ED25519,), "ed25519"), ((RSA,), "rsa")],
)
def test_the_client_accepts_what_is_sent(body: bytes, names: tuple[str, ...], kind: str) -> None:
    every = KEYS.headers(body)
    assert every.keys() == {"Content-Type", ED25519, RSA}
    headers = {name: every[name] for name in names}
    request = received(body, headers)
    assert request.is_signature_valid is True
    assert request.skipped_signature_verification is False
    assert request.signature_type == kind

    altered = body.replace(b'"total":999', b'"total":998')
    assert altered != body
    request = received(altered, headers)
    assert (request.is_signature_valid, request.signature_type) == (False, kind)


def test_the_client_accepts_no_other_key(body: bytes) -> None:
    request = received(body, Keys.new().headers(body))
    assert request.is_signature_valid is False


def test_the_client_verifies_nothing_without_the_app_id(books: Books) -> None:
    """So the setting must be set; the page about the client says so."""
    invoice = books.sent()
    (sent,) = told(books, lambda: books.void(invoice["_id"]))
    assert sent.read["appId"] == ""
    request = received(sent.body, KEYS.headers(sent.body))
    assert not hasattr(request, "is_signature_valid")


def test_an_endpoint_is_verified_by_its_oldest_valid_key(body: bytes) -> None:
    """While a newer key is made known, receivers still have the older one."""
    newer = Keys.new()
    message = (*KEYS, *newer)
    headers = Keys.headers(message, body)  # type: ignore[arg-type]  # more keys than usual
    assert headers[ED25519] == signing.ed25519_signature(body, KEYS.ed25519.secret)
    assert received(body, headers).is_signature_valid is True


def test_our_own_receiver_verifies_with_either_public_key(body: bytes) -> None:
    headers = {name.lower(): value for name, value in KEYS.headers(body).items()}
    for key in KEYS:
        public = str(key.public_key)
        assert DIALECT.verify(headers, body, public) is None
        altered = DIALECT.verify(headers, body + b" ", public)
        assert altered == "No signature fits the body and the key."
    other = str(Keys.new().ed25519.public_key)
    assert DIALECT.verify(headers, body, other) == "No signature fits the body and the key."
    assert DIALECT.verify({}, body, other) == "The webhook has no signature."
    no_key = "The key is no public key of an endpoint, as PEM."
    assert DIALECT.verify(headers, body, "whsec_x") == no_key


# ---------------------------------------------------------------- when to try again

USUAL = origin_with()
EAGER = origin_with(retry_failures=True)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_success(status: int) -> None:
    assert DIALECT.delivered(status)


@pytest.mark.parametrize("status", [199, 301, 400, 404, 410, 429, 500])
def test_no_success(status: int) -> None:
    assert not DIALECT.delivered(status)


def test_only_too_many_requests_is_tried_again() -> None:
    """Six times, ten minutes apart and up to two more: 60 to 72 minutes in all."""
    again = [DIALECT.delay_seconds(attempt, Reply(429), 0.0, USUAL) for attempt in range(1, 8)]
    assert again == [600, 600, 600, 600, 600, 600, None]
    assert DIALECT.delay_seconds(1, Reply(429), 1.0, USUAL) == 720
    for status in (None, 301, 400, 401, 404, 408, 410, 500, 502, 503):
        assert DIALECT.delay_seconds(1, Reply(status), 0.5, USUAL) is None


def test_with_the_setting_what_may_pass_is_tried_again_with_back_off() -> None:
    expected = [60, 120, 240, 480, 960, 1920, 3840, 7680, 14400, 14400, 14400, 14400, None]
    for status in (None, 408, 429, 500, 503, 599):
        found = [DIALECT.delay_seconds(n, Reply(status), 0.0, EAGER) for n in range(1, 14)]
        assert found == expected
    assert DIALECT.delay_seconds(2, Reply(500), 1.0, EAGER) == 180
    for status in (301, 400, 401, 404, 410, 422):
        assert DIALECT.delay_seconds(1, Reply(status), 0.0, EAGER) is None
