"""Stored API keys: a key by its public part, and all keys of a tenant."""

from typing import Any

import psycopg

from polaris.keys import KeyScope, KnownKey
from polaris.store.sql import blocks, statement

Connection = psycopg.Connection[Any]

BLOCKS = blocks("read/api_keys.sql")

_WITH_PREFIX = statement(BLOCKS["key_with_prefix"])
_OF_TENANT = statement(BLOCKS["keys_of_tenant"])


def find(connection: Connection, prefix: str) -> KnownKey | None:
    """Return the key with this public part, revoked or not, or None if there is none."""
    row = _WITH_PREFIX.run(connection, {"prefix": prefix}).fetchone()
    return _known_key(*row) if row else None


def listed(connection: Connection, tenant_id: str) -> list[KnownKey]:
    """Return all keys of a tenant, including revoked keys, oldest first."""
    return [_known_key(*row) for row in _OF_TENANT.run(connection, {"t": tenant_id})]


def _known_key(*columns: Any) -> KnownKey:
    key = KnownKey(*columns)
    return key._replace(scopes=tuple(map(KeyScope, key.scopes)))
