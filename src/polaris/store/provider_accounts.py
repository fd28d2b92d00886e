"""The accounts of tenants at payment providers, with encrypted secrets."""

from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from polaris.store.sql import blocks, statement

Connection = psycopg.Connection[Any]

_STATEMENTS = {name: statement(text) for name, text in blocks("provider_accounts.sql").items()}


class ProviderAccount(NamedTuple):
    """The account of a tenant at a payment provider, as it is stored."""

    provider: str
    live: bool  # False if no real money moves
    api_base: str | None  # the URL of the provider's API, if it is not the usual one
    encrypted_key: str
    encrypted_webhook_secret: str | None
    connected_at: datetime
    changed_at: datetime


def provider_accounts(connection: Connection, tenant_id: str) -> list[ProviderAccount]:
    """Return the accounts of a tenant, by provider."""
    found = _STATEMENTS["accounts_at_providers"].run(connection, {"t": tenant_id})
    return [ProviderAccount(*row) for row in found]


def save_provider_account(connection: Connection, tenant_id: str, account: ProviderAccount) -> None:
    """Store an account, or replace it; without a new webhook secret the old one stays."""
    values = account._asdict() | {"t": tenant_id, "at": account.changed_at}
    _STATEMENTS["save_provider_account"].run(connection, values)


def delete_provider_account(connection: Connection, tenant_id: str, provider: str) -> bool:
    """Delete an account. Return False if there is none."""
    values = {"t": tenant_id, "provider": provider}
    return _STATEMENTS["delete_provider_account"].run(connection, values).fetchone() is not None


def tenants_with_accounts(connection: Connection) -> list[str]:
    """Return the ids of the tenants that are connected to any provider."""
    return [tenant_id for (tenant_id,) in _STATEMENTS["tenants_with_accounts"].run(connection, {})]
