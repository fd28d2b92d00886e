"""The keys of endpoints: made, rotated and read. Two keys can be valid at once."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import uuid_utils

from polaris.core.facts.webhook import Signature
from polaris.delivery import signing
from polaris.delivery.dialect import Connection, SigningKey, WebhookDialect
from polaris.encryption import Encryption
from polaris.store.engine.write import signing_key
from polaris.store.webhooks import as_json, run

OVERLAP = timedelta(days=1)
"""How long the older key stays valid after a rotation, if nothing else is said."""

NEW_SECRET: dict[str, Callable[[], str]] = {
    "hmac": signing.new_hmac_key,
    "ed25519": signing.new_ed25519_key,
    "rsa": signing.new_rsa_key,
}

OF_TENANTS = {
    "hmac": signing.HMAC_KEY,
    "ed25519": signing.ED25519_KEY,
    "rsa": signing.RSA_KEY,
}
"""The names under which the keys of a tenant are stored."""


class KeysOfTenant(Exception):
    """All endpoints of this dialect share the keys of the tenant, which cannot be rotated."""


class NewSecret(NamedTuple):
    """A key as it is stored."""

    id: str
    kind: str
    secret: str  # encrypted
    public_key: str | None


class ReceiverKeys(NamedTuple):
    """What a receiver needs to verify webhooks. A private key is not in it."""

    secret: str | None  # a shared secret
    public_keys: dict[str, str]  # as PEM, by the kind of key

    @property
    def public_key(self) -> str | None:
        """The public key to verify with, if there are several: the one of the newest method."""
        return self.public_keys.get("ed25519") or self.public_keys.get("rsa")


def receiver_keys(keys: Sequence[SigningKey]) -> ReceiverKeys:
    """Return what a receiver needs of these keys, which are in the order of their age.

    Of several keys of one kind it is the newest.
    """
    by_kind = {key.kind: key for key in keys}
    secret = by_kind["hmac"].secret if "hmac" in by_kind else None
    return ReceiverKeys(
        secret, {kind: key.public_key for kind, key in by_kind.items() if key.public_key}
    )


def new_key(kind: str) -> SigningKey:
    """Make a key of a kind: hmac, ed25519 or rsa."""
    secret = NEW_SECRET[kind]()
    public = None if kind == "hmac" else signing.public_key(secret)
    return SigningKey(kind, secret, public)


def keys_of(
    connection: Connection,
    tenant_id: str,
    endpoint_id: str,
    dialect: WebhookDialect,
    signature: Signature,
    encryption: Encryption,
    now: datetime,
) -> list[SigningKey]:
    """Return the valid keys of an endpoint, the oldest first. Keys that it lacks are made.

    Raises NoEncryptionKey, WrongEncryptionKey.
    """
    kinds = dialect.signatures.get(signature, ())
    if dialect.tenant_keys:
        return [_key_of_tenant(connection, tenant_id, kind) for kind in kinds]
    found = _read(connection, tenant_id, endpoint_id, encryption, now)
    if missing := set(kinds) - {key.kind for key in found}:
        with connection.transaction():
            run(connection, "lock_endpoint", t=tenant_id, endpoint=endpoint_id)
            found = _read(connection, tenant_id, endpoint_id, encryption, now)
            missing -= {key.kind for key in found}
            made = [new_key(kind) for kind in sorted(missing)]
            _save(connection, tenant_id, endpoint_id, made, encryption, now)
        found += made
    return [key for key in found if key.kind in kinds]


def rotate(
    connection: Connection,
    tenant_id: str,
    endpoint_id: str,
    dialect: WebhookDialect,
    signature: Signature,
    encryption: Encryption,
    now: datetime,
    overlap: timedelta = OVERLAP,
) -> list[SigningKey]:
    """Give an endpoint new keys, and return them. Older keys end after `overlap`.

    Until then, a webhook that can carry several signatures is signed with all valid keys; another
    one with the oldest. Raises KeysOfTenant, NoEncryptionKey.
    """
    if dialect.tenant_keys:
        raise KeysOfTenant(KeysOfTenant.__doc__)
    made = [new_key(kind) for kind in dialect.signatures[signature]]
    with connection.transaction():
        run(connection, "lock_endpoint", t=tenant_id, endpoint=endpoint_id)
        values = {"t": tenant_id, "endpoint": endpoint_id, "now": now, "until": now + overlap}
        run(connection, "expire_secrets", **values)
        _save(connection, tenant_id, endpoint_id, made, encryption, now)
    return made


def _read(
    connection: Connection, tenant_id: str, endpoint_id: str, encryption: Encryption, now: datetime
) -> list[SigningKey]:
    rows = run(connection, "secrets", t=tenant_id, endpoint=endpoint_id, now=now)
    return [
        SigningKey(kind, encryption.decrypt(secret), public) for _, kind, secret, public, *_ in rows
    ]


def _save(
    connection: Connection,
    tenant_id: str,
    endpoint_id: str,
    keys: Sequence[SigningKey],
    encryption: Encryption,
    now: datetime,
) -> None:
    secrets = [
        NewSecret(str(uuid_utils.uuid7()), key.kind, encryption.encrypt(key.secret), key.public_key)
        for key in keys
    ]
    values = {"endpoint": endpoint_id, "secrets": as_json(secrets), "now": now}
    run(connection, "insert_secrets", t=tenant_id, **values)


def _key_of_tenant(connection: Connection, tenant_id: str, kind: str) -> SigningKey:
    secret = signing_key(connection, tenant_id, OF_TENANTS[kind], NEW_SECRET[kind])
    public = None if kind == "hmac" else signing.public_key(secret)
    return SigningKey(kind, secret, public)
