"""API keys: a public part to find the key by, and a secret of which only a hash is stored."""

import hashlib
import hmac
import re
import secrets
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from polaris.core.facts.audit import AuditLine

_WHOLE = re.compile(r"(plr_[0-9a-f]{16})_([0-9a-f]{64})")


class KeyScope(StrEnum):
    """What a key allows. Neither scope includes the other."""

    READ = "read"
    WRITE = "write"


class ApiKey(NamedTuple):
    """A whole key with its secret: it exists only when it is created and when a client sends it."""

    client_id: str  # public
    client_secret: str

    @classmethod
    def new(cls) -> "ApiKey":
        """Create a new key with a secret of 256 bits."""
        return cls(f"plr_{secrets.token_hex(8)}", secrets.token_hex(32))

    @classmethod
    def parse(cls, text: str) -> "ApiKey | None":
        """Return the key in this text, or None if the text is not a Polaris key."""
        found = _WHOLE.fullmatch(text)
        return cls(found[1], found[2]) if found else None

    @property
    def whole(self) -> str:
        """The key as one text, as clients send it."""
        return f"{self.client_id}_{self.client_secret}"

    @property
    def hash(self) -> str:
        """SHA-256 of the secret, hexadecimal. A random secret needs no slow hash."""
        return hashlib.sha256(self.client_secret.encode()).hexdigest()


class KnownKey(NamedTuple):
    """A key as it is stored: its tenant and its scopes, without its secret."""

    id: str
    tenant_id: str
    name: str
    prefix: str  # the public part
    hash: str
    scopes: tuple[KeyScope, ...]
    created_at: datetime
    revoked_at: datetime | None = None

    @property
    def actor(self) -> str:
        """The key's name in the audit log."""
        return f"key:{self.prefix}"

    @property
    def administrator(self) -> bool:
        """False: no key may do what only an administrator may."""
        return False

    @property
    def idempotency_owner(self) -> str:
        """Empty: all API keys of a tenant share their idempotency keys.

        So a call can be repeated after its API key was replaced.
        """
        return ""

    def opens(self, key: ApiKey) -> bool:
        """True if `key` has the right secret and is not revoked."""
        # In constant time, so that the duration does not reveal how much of the secret is right.
        return hmac.compare_digest(self.hash, key.hash) and self.revoked_at is None

    def may(self, scope: KeyScope) -> bool:
        """True if the key has this scope."""
        return scope in self.scopes


def audit_line(command: str, key: KnownKey, line_id: str, at: datetime, actor: str) -> AuditLine:
    """Return the audit line for a key that was created or revoked. It does not contain the hash."""
    details = {"command": command, "name": key.name, "prefix": key.prefix, "scopes": key.scopes}
    return AuditLine(
        id=line_id,
        command_id=line_id,
        at=at,
        actor=actor,
        command=command,
        subject_id=key.id,
        outcome="done",
        request=msgspec.Raw(msgspec.json.encode(details)),
    )
