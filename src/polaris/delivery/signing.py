"""Keys and signatures, so that a receiver can verify that a message is from Polaris and unchanged.

Private keys are in PEM format, secrets are plain text, and signatures are base64 text.
"""

import binascii
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import lru_cache

import jwt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

RSA_KEY, HMAC_KEY, ED25519_KEY = "webhook", "webhook_hmac", "webhook_ed25519"
"""The names of a tenant's kinds of keys, as stored. The key of each kind is created once."""

KEY_BITS = 2048


def new_rsa_key() -> str:
    """Create a private RSA key, as PEM."""
    return _pem(rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS))


def new_ed25519_key() -> str:
    """Create a private Ed25519 key, as PEM."""
    return _pem(ed25519.Ed25519PrivateKey.generate())


def new_hmac_key() -> str:
    """Create a secret that is shared with a receiver, in the form of Standard Webhooks."""
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


def public_key(private_key: str) -> str:
    """Return the public key of a private key, as PEM. Receivers verify signatures with it."""
    public = _loaded(private_key).public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem.decode()


def signed_token(claims: Mapping[str, object], private_key: str) -> str:
    """Return a JSON web token (RS256) with these claims. It expires only if the claims say so."""
    return jwt.encode(dict(claims), private_key, algorithm="RS256")


def hmac_signature(body: bytes, secret: str) -> str:
    """Return the HMAC-SHA256 of the body with the shared secret."""
    return b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def rsa_signature(body: bytes, private_key: str) -> str:
    """Return the RSA signature of the body: PKCS #1 v1.5 with SHA-256.

    Raises ValueError if the key is not an RSA key.
    """
    key = _loaded(private_key)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("an RSA signature needs an RSA key")
    return b64encode(key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()


def ed25519_signature(body: bytes, private_key: str) -> str:
    """Return the Ed25519 signature of the body, 64 bytes before base64.

    Raises ValueError if the key is not an Ed25519 key.
    """
    key = _loaded(private_key)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise ValueError("an Ed25519 signature needs an Ed25519 key")
    return b64encode(key.sign(body)).decode()


def is_signed(body: bytes, signature: str, public: str) -> bool:
    """True if the base64 signature of the body fits a public key, as PEM: Ed25519 or RSA.

    Raises ValueError if the key is no such public key.
    """
    key = serialization.load_pem_public_key(public.encode())
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(b64decode(signature), body)
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(b64decode(signature), body, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise ValueError("the key is neither an Ed25519 nor an RSA key")
    except (InvalidSignature, binascii.Error):
        return False
    return True


def _pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode()


@lru_cache(maxsize=1000)  # reading a key takes longer than signing with it
def _loaded(private_key: str) -> PrivateKeyTypes:
    return serialization.load_pem_private_key(private_key.encode(), password=None)
