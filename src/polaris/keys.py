"""API keys: a public part that finds the key, and a secret of which only a hash is kept."""

import hashlib
import secrets
from typing import NamedTuple


class ApiKey(NamedTuple):
    """A key, whole only at the moment when it is made and shown."""

    client_id: str  # public
    client_secret: str

    @classmethod
    def new(cls) -> "ApiKey":
        """A fresh key, 256 bits of it secret."""
        return cls(f"plr_{secrets.token_hex(8)}", secrets.token_hex(32))

    @property
    def whole(self) -> str:
        """Both parts in one, for those who take one."""
        return f"{self.client_id}_{self.client_secret}"

    @property
    def hash(self) -> str:
        """SHA-256 of the secret: one that cannot be guessed needs no slow hash."""
        return hashlib.sha256(self.client_secret.encode()).hexdigest()
