"""`polaris provider`: the payment providers of a tenant."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from polaris.cli import tables
from polaris.cli.answer import Stopped, document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId, settings
from polaris.cli.session import actor, open_session
from polaris.encryption import (
    EncryptionKeyMalformed,
    NoEncryptionKey,
    configured_encryption,
)
from polaris.payments.port import WEBHOOK_PATH, ApiBaseMalformed, KeyMalformed, UnknownProvider
from polaris.store.provider_accounts import ProviderAccount, provider_accounts

group = typer.Typer(help="Connect a tenant to payment providers, which send its refunds.")

Name = Annotated[str, typer.Argument(metavar="PROVIDER", help="Name of the provider.")]

_WRONG = (
    UnknownProvider,
    KeyMalformed,
    ApiBaseMalformed,
    NoEncryptionKey,
    EncryptionKeyMalformed,
)


@group.command()
def connect(
    provider: Name,
    tenant: TenantId = None,
    key_stdin: Annotated[
        bool, typer.Option("--key-stdin", help="Read the key from the first line of the input.")
    ] = False,
    webhook_secret_stdin: Annotated[
        bool,
        typer.Option(
            "--webhook-secret-stdin",
            help="Read the webhook's secret from the next line. By default the old one stays.",
        ),
    ] = False,
    api_base: Annotated[
        str | None,
        typer.Option(metavar="URL", help="URL of the provider's API. Default: the usual one."),
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Connect a provider, or replace its secrets. They are stored encrypted."""
    # Imported late, because the libraries of providers would slow down every other command.
    from polaris.payments.accounts import Secrets, connect_account

    if not key_stdin:
        raise typer.BadParameter("Give --key-stdin, and the key as the first line of the input.")
    secrets = Secrets(_line(), _line() if webhook_secret_stdin else None)
    if webhook_secret_stdin and not secrets.webhook_secret:
        raise typer.BadParameter("The second line of the input has no webhook secret.")
    with open_session(tenant, data_dir, database_url) as session:
        try:
            encryption = configured_encryption(settings(data_dir, database_url))
            made = connect_account(
                session.connection,
                encryption,
                session.tenant.id,
                provider,
                secrets,
                actor(),
                api_base,
            )
        except _WRONG as wrong:
            raise Stopped(str(wrong)) from wrong
        shown = account_json(made, session.tenant.id)
    if as_json:
        document(shown)
    else:
        say(f"Connected {provider}.", tables.pairs({k: str(v) for k, v in shown.items()}))


@group.command("list")
def list_(
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List the connected providers of a tenant."""
    with open_session(tenant, data_dir, database_url) as session:
        found = provider_accounts(session.connection, session.tenant.id)
        shown = [account_json(each, session.tenant.id) for each in found]
    if as_json:
        document(shown)
    else:
        say(table(found) if found else "No provider is connected: people pay refunds out.")


@group.command()
def disconnect(
    provider: Name,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Disconnect a provider and delete its secrets. Its refunds wait, or people pay them out."""
    from polaris.payments.accounts import disconnect_account  # imported late, too

    with open_session(tenant, data_dir, database_url) as session:
        if not disconnect_account(session.connection, session.tenant.id, provider, actor()):
            raise Stopped(f"{provider} is not connected. See `polaris provider list`.")
    if as_json:
        document({"done": True, "provider": provider})
    else:
        say(f"Disconnected {provider}.")


def _line() -> str:
    return sys.stdin.readline().strip()


def account_json(account: ProviderAccount, tenant_id: str) -> dict[str, object]:
    """Return an account as JSON, without its secrets."""
    return {
        "provider": account.provider,
        "live": account.live,
        "api_base": account.api_base,
        "webhook_path": WEBHOOK_PATH.format(provider=account.provider, tenant=tenant_id),
        "webhook_secret_known": account.encrypted_webhook_secret is not None,
        "connected_at": account.connected_at,
        "changed_at": account.changed_at,
    }


def table(found: Sequence[ProviderAccount]) -> Table:
    """Return a table of accounts."""
    rows = tables.columns("Provider", "Money", "Webhooks", "Connected", "Changed")
    for account in found:
        rows.add_row(
            account.provider,
            "real" if account.live else "test",
            "accepted" if account.encrypted_webhook_secret else "no secret",
            f"{account.connected_at:%Y-%m-%d}",
            f"{account.changed_at:%Y-%m-%d}",
        )
    return rows
