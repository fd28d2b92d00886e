"""How a webhook goes out: the keys that sign it, its headers, and when it is tried again."""

import hmac
import secrets
from base64 import b64encode
from collections.abc import Callable

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from polaris.core.facts.webhook import Signature

RSA_KEY, HMAC_KEY = "webhook", "webhook_hmac"
"""The kinds of a tenant's keys that webhooks are signed with."""

KEY_BITS = 2048
TIMEOUT_SECONDS = 30.0
ATTEMPTS = 3
DELIVERED = frozenset({200, 201, 202, 204})
"""The answers that count; a receiver that says anything else is told again."""


def new_rsa_key() -> str:
    """A fresh private key, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode()


def new_hmac_key() -> str:
    """A fresh secret that we share with a tenant's endpoints."""
    return secrets.token_urlsafe(32)


def public_key(private_key: str) -> str:
    """The public half of a private key, as PEM: what a receiver checks tokens with."""
    key = serialization.load_pem_private_key(private_key.encode(), password=None)
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem.decode()


def jwt_signature(body: bytes, private_key: str, issuer: str) -> str:
    """A token that holds the body itself, by the tenant's private key. It never expires."""
    return jwt.encode({"data": body.decode(), "iss": issuer}, private_key, algorithm="RS256")


def hmac_signature(body: bytes, key: str, _: str) -> str:
    """The body's digest by the shared secret."""
    return b64encode(hmac.digest(key.encode(), body, "sha256")).decode()


SIGNED: dict[Signature, Callable[[bytes, str, str], str]] = {
    Signature.JWT: jwt_signature,
    Signature.HMAC: hmac_signature,
}


def headers(
    body: bytes, unique_key: str, signature: Signature, key: str, issuer: str
) -> dict[str, str]:
    """What goes out with a body. The unique key is the same whenever it is tried again."""
    return {
        "Content-Type": "application/json",
        "X-Lago-Signature": SIGNED[signature](body, key, issuer),
        "X-Lago-Signature-Algorithm": signature.value,
        "X-Lago-Unique-Key": unique_key,
    }


def delay_seconds(attempt: int, chance: float) -> float | None:
    """How long to wait after an attempt (from 1) before the next one; none after the last.

    `chance` is a random number from 0 to 1: receivers that were away are not all told at once.
    """
    if attempt >= ATTEMPTS:
        return None
    grown = float(attempt**4)
    return grown + chance * 0.15 * grown + 2
