"""Random tokens. The browser has the token, the database only its hash."""

import hashlib
import hmac
import secrets


def new_token() -> str:
    """Return a new token of 256 random bits, of characters that a URL and a cookie may contain."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return the SHA-256 of a token, hexadecimal. A random token needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(token: str, tenant_id: str) -> str:
    """Return the CSRF token of a session in one of its tenants.

    It differs for each tenant, so that a page of one tenant cannot be sent in another one.
    """
    return hmac.new(token.encode(), f"csrf:{tenant_id}".encode(), hashlib.sha256).hexdigest()
