"""Create and revoke API keys, with an audit line that says who did it.

The functions take a connection, so the command line and `AsyncEngine.keep` can both call them.
Each is safe to call twice.
"""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from polaris.core.commands.text import LONGEST, UNSTORABLE
from polaris.engine import new_id, now
from polaris.keys import ApiKey, KeyScope, KnownKey, audit_line
from polaris.store.engine.write import create_api_key, revoke_api_key, write
from polaris.store.read.api_keys import find, listed
from polaris.store.server.database import EngineConnection

NAME_RULE = f"Give 1 to {LONGEST} characters, without NUL."


def valid_name(name: str) -> bool:
    """True if a key can have this name; see `NAME_RULE`."""
    return bool(name.strip()) and len(name) <= LONGEST and not UNSTORABLE.search(name)


def store_key(
    connection: EngineConnection,
    tenant_id: str,
    name: str,
    key: ApiKey,
    actor: str,
    scopes: Sequence[KeyScope] = tuple(KeyScope),
    key_id: str | None = None,
) -> KnownKey | None:
    """Store a key with its audit line. Return it, or None if another key has the id already.

    `key_id` is a new id by default. A second call with the same key returns it again.
    """
    made = KnownKey(
        key_id or new_id(), tenant_id, name, key.client_id, key.hash, tuple(scopes), now()
    )
    with connection.transaction():
        if create_api_key(connection, tenant_id, made.id, name, key, made.created_at, scopes):
            line = audit_line("CreateApiKey", made, new_id(), made.created_at, actor)
            write(connection, tenant_id, [line])
    return find(connection, key.client_id)


def key_called(connection: Connection[Any], tenant_id: str, name: str) -> KnownKey | None:
    """Return the tenant's key with this prefix or id, or this whole key; None if there is none."""
    whole = ApiKey.parse(name)
    called = whole.client_id if whole else name
    keys = listed(connection, tenant_id)
    return next((key for key in keys if called in (key.prefix, key.id)), None)


def revoke_key(connection: EngineConnection, tenant_id: str, key: KnownKey, actor: str) -> bool:
    """Revoke a key and write an audit line. Return False if it was already revoked."""
    with connection.transaction():
        at = now()
        if not revoke_api_key(connection, tenant_id, key.id, at):
            return False
        write(connection, tenant_id, [audit_line("RevokeApiKey", key, new_id(), at, actor)])
    return True
