"""One attempt to send a webhook as Lago does: its headers, what counts as success, and retries."""

import hmac
from collections.abc import Callable, Mapping

import jwt

from polaris.core.facts.webhook import Signature
from polaris.delivery.dialect import Message, Origin, Reply
from polaris.delivery.signing import hmac_signature, signed_token

TIMEOUT_SECONDS = 30.0
ATTEMPTS = 3
DELIVERED = frozenset({200, 201, 202, 204})
"""The answers that count as success; after any other answer the webhook is sent again."""


def _token(body: bytes, private_key: str, issuer: str) -> str:
    """A token that holds the whole body. It never expires."""
    return signed_token({"data": body.decode(), "iss": issuer}, private_key)


def _digest(body: bytes, secret: str, _: str) -> str:
    return hmac_signature(body, secret)


SIGNED: dict[Signature, Callable[[bytes, str, str], str]] = {
    Signature.JWT: _token,
    Signature.HMAC: _digest,
}
"""How a body is signed: from the body, the key and the issuer."""


def headers(message: Message) -> dict[str, str]:
    """Return the headers of an attempt. The unique key is the same in every attempt."""
    (key,) = message.keys
    return {
        "Content-Type": "application/json",
        "X-Lago-Signature": SIGNED[message.signature](message.body, key.secret, message.issuer),
        "X-Lago-Signature-Algorithm": message.signature.value,
        "X-Lago-Unique-Key": message.id,
    }


def verify(headers: Mapping[str, str], body: bytes, key: str) -> str | None:
    """Return why a webhook that was received cannot be trusted, or None."""
    signature = headers.get("x-lago-signature", "")
    if headers.get("x-lago-signature-algorithm") == Signature.HMAC:
        fits = hmac.compare_digest(hmac_signature(body, key), signature)
        return None if fits else "The signature does not fit the body."
    try:
        claims = jwt.decode(signature, key, algorithms=["RS256"])
    except (jwt.InvalidTokenError, jwt.InvalidKeyError) as fault:
        return f"{fault}."
    return None if claims.get("data") == body.decode() else "The token contains another body."


def delay_seconds(attempt: int, _reply: Reply, chance: float, _origin: Origin) -> float | None:
    """Return the seconds from a failed attempt (the first is 1) to the next one.

    None after the last. `chance` is a random number from 0 to 1.
    """
    if attempt >= ATTEMPTS:
        return None
    grown = float(attempt**4)
    return grown + chance * 0.15 * grown + 2
