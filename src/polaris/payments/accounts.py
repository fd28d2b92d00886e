"""Connect tenants to payment providers, with secrets that are encrypted at rest.

Each change has a line in the audit log, without the secrets.
"""

import re
from typing import Any, NamedTuple

import msgspec
import psycopg

from polaris.core.facts.audit import AuditLine
from polaris.encryption import Encryption
from polaris.engine import new_id, now
from polaris.payments.port import ApiBaseMalformed, KeyMalformed, Provider, UnknownProvider
from polaris.payments.providers import PROVIDERS
from polaris.store.engine.write import write
from polaris.store.provider_accounts import (
    ProviderAccount,
    delete_provider_account,
    provider_accounts,
    save_provider_account,
)

Connection = psycopg.Connection[Any]

_URL = re.compile(r"https?://[^\s/?#@]+")


class Secrets(NamedTuple):
    """The secrets of an account. Without a webhook secret, no webhook is accepted."""

    key: str
    webhook_secret: str | None = None


def connect_account(
    connection: Connection,
    encryption: Encryption,
    tenant_id: str,
    provider: str,
    secrets: Secrets,
    actor: str,
    api_base: str | None = None,
) -> ProviderAccount:
    """Store the account of a tenant at a provider, or replace its secrets. Return it.

    Raises UnknownProvider, KeyMalformed, ApiBaseMalformed, and NoEncryptionKey.
    """
    live = _kind_is_live(provider, secrets.key)
    if api_base is not None and not _URL.fullmatch(api_base):
        raise ApiBaseMalformed(ApiBaseMalformed.__doc__)
    at = now()
    account = ProviderAccount(
        provider=provider,
        live=live,
        api_base=api_base,
        encrypted_key=encryption.encrypt(secrets.key),
        encrypted_webhook_secret=(
            encryption.encrypt(secrets.webhook_secret) if secrets.webhook_secret else None
        ),
        connected_at=at,
        changed_at=at,
    )
    details = {"provider": provider, "live": live, "api_base": api_base}
    with connection.transaction():
        save_provider_account(connection, tenant_id, account)
        line = _audit_line("ConnectProvider", tenant_id, actor, details)
        write(connection, tenant_id, [line])
    return account_at(connection, tenant_id, provider) or account


def disconnect_account(connection: Connection, tenant_id: str, provider: str, actor: str) -> bool:
    """Delete the account of a tenant at a provider. Return False if there is none."""
    with connection.transaction():
        if not delete_provider_account(connection, tenant_id, provider):
            return False
        line = _audit_line("DisconnectProvider", tenant_id, actor, {"provider": provider})
        write(connection, tenant_id, [line])
    return True


def account_at(connection: Connection, tenant_id: str, provider: str) -> ProviderAccount | None:
    """Return the account of a tenant at a provider, or None."""
    found = provider_accounts(connection, tenant_id)
    return next((each for each in found if each.provider == provider), None)


def connected_providers(
    connection: Connection, encryption: Encryption, tenant_id: str
) -> dict[str, Provider]:
    """Return the providers of a tenant by name, ready to be called. Raises WrongEncryptionKey."""
    return {
        account.provider: PROVIDERS[account.provider].connect(
            encryption.decrypt(account.encrypted_key), account.api_base
        )
        for account in provider_accounts(connection, tenant_id)
        if account.provider in PROVIDERS
    }


def _kind_is_live(provider: str, key: str) -> bool:
    if provider not in PROVIDERS:
        raise UnknownProvider(f"{UnknownProvider.__doc__} Known: {', '.join(PROVIDERS)}.")
    if not key:
        raise KeyMalformed("The key is empty.")
    return PROVIDERS[provider].is_live(key)


def _audit_line(command: str, tenant_id: str, actor: str, details: dict[str, object]) -> AuditLine:
    line_id = new_id()
    return AuditLine(
        id=line_id,
        command_id=line_id,
        at=now(),
        actor=actor,
        command=command,
        subject_id=tenant_id,
        outcome="done",
        request=msgspec.Raw(msgspec.json.encode({"command": command, **details})),
    )
