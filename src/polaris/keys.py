"""API keys: a public part that finds the key, and a secret of which only a hash is kept."""

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
    """What a key may do: neither includes the other."""

    READ = "read"
    WRITE = "write"


class ApiKey(NamedTuple):
    """A key, whole only at the moment when it is made and shown, and when somebody brings it."""

    client_id: str  # public
    client_secret: str

    @classmethod
    def new(cls) -> "ApiKey":
        """A fresh key, 256 bits of it secret."""
        return cls(f"plr_{secrets.token_hex(8)}", secrets.token_hex(32))

    @classmethod
    def parse(cls, text: str) -> "ApiKey | None":
        """The two parts of a whole key; none when the text is no key of ours."""
        found = _WHOLE.fullmatch(text)
        return cls(found[1], found[2]) if found else None

    @property
    def whole(self) -> str:
        """Both parts in one, for those who take one."""
        return f"{self.client_id}_{self.client_secret}"

    @property
    def hash(self) -> str:
        """SHA-256 of the secret: one that cannot be guessed needs no slow hash."""
        return hashlib.sha256(self.client_secret.encode()).hexdigest()


class KnownKey(NamedTuple):
    """A key as it is kept: whose it is and what it may do, without its secret."""

    id: str
    tenant_id: str
    name: str
    prefix: str  # the public part
    hash: str
    scopes: tuple[KeyScope, ...]
    created_at: datetime
    revoked_at: datetime | None = None

    def opens(self, key: ApiKey) -> bool:
        """Whether this is the key, and still one."""
        # In constant time: how long a comparison takes must not tell how much of it was right.
        return hmac.compare_digest(self.hash, key.hash) and self.revoked_at is None

    def may(self, scope: KeyScope) -> bool:
        """Whether the key was made for this."""
        return scope in self.scopes


def audit_line(command: str, key: KnownKey, line_id: str, at: datetime, actor: str) -> AuditLine:
    """That a key was made or revoked, for the auditor; its hash is nobody's business."""
    said = {"command": command, "name": key.name, "prefix": key.prefix, "scopes": key.scopes}
    return AuditLine(
        id=line_id,
        command_id=line_id,
        at=at,
        actor=actor,
        command=command,
        subject_id=key.id,
        outcome="done",
        request=msgspec.Raw(msgspec.json.encode(said)),
    )
