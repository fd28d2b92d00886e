"""Signatures are verified like a receiver does, with the public key or the secret."""

import hmac
from base64 import b64decode, b64encode

import jwt
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from polaris.delivery import signing

BODY = b'{"a":"\xc3\xa9"}'


@pytest.fixture(scope="module")
def rsa_key() -> str:
    return signing.new_rsa_key()


def test_a_token_is_checked_with_the_public_key(rsa_key: str) -> None:
    token = signing.signed_token({"data": BODY.decode(), "iss": "us"}, rsa_key)
    public = signing.public_key(rsa_key)
    claims = jwt.decode(token, public, algorithms=["RS256"], issuer="us")
    assert claims == {"data": BODY.decode(), "iss": "us"}
    other = signing.public_key(signing.new_rsa_key())
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, other, algorithms=["RS256"])


def test_a_digest_is_checked_with_the_secret() -> None:
    """The second case is test case 2 of RFC 4231."""
    secret = signing.new_hmac_key()
    expected = b64encode(hmac.new(secret.encode(), BODY, "sha256").digest()).decode()
    assert signing.hmac_signature(BODY, secret) == expected
    known = signing.hmac_signature(b"what do ya want for nothing?", "Jefe")
    assert known == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="
    assert signing.new_hmac_key() != secret


def test_an_rsa_signature_is_checked_with_the_public_key(rsa_key: str) -> None:
    public = serialization.load_pem_public_key(signing.public_key(rsa_key).encode())
    assert isinstance(public, rsa.RSAPublicKey)
    assert public.key_size == signing.KEY_BITS
    signature = b64decode(signing.rsa_signature(BODY, rsa_key))
    public.verify(signature, BODY, padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        public.verify(signature, BODY + b" ", padding.PKCS1v15(), hashes.SHA256())


def test_an_ed25519_signature_is_checked_with_the_public_key() -> None:
    key = signing.new_ed25519_key()
    public = serialization.load_pem_public_key(signing.public_key(key).encode())
    assert isinstance(public, ed25519.Ed25519PublicKey)
    signature = b64decode(signing.ed25519_signature(BODY, key))
    assert len(signature) == 64
    public.verify(signature, BODY)
    with pytest.raises(InvalidSignature):
        public.verify(signature, BODY + b" ")


def test_a_key_of_another_kind_signs_nothing(rsa_key: str) -> None:
    with pytest.raises(ValueError, match="needs an Ed25519 key"):
        signing.ed25519_signature(BODY, rsa_key)
    with pytest.raises(ValueError, match="needs an RSA key"):
        signing.rsa_signature(BODY, signing.new_ed25519_key())


def test_each_kind_of_key_is_stored_under_a_name_of_its_own() -> None:
    assert len({signing.RSA_KEY, signing.HMAC_KEY, signing.ED25519_KEY}) == 3
