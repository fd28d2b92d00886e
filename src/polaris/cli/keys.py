"""`polaris key`: who may speak for a tenant over the network."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from polaris.cli import tables
from polaris.cli.answer import Stopped, document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId
from polaris.cli.session import Session, actor, open_session
from polaris.core.commands.text import LONGEST, UNSTORABLE
from polaris.engine import new_id, now
from polaris.keys import ApiKey, KeyScope, KnownKey, audit_line
from polaris.store.engine.write import create_api_key, revoke_api_key, write
from polaris.store.read.api_keys import find, listed
from polaris.store.server.database import EngineConnection

group = typer.Typer(help="List, make and revoke API keys: each speaks for one tenant.")

SHOWN = ("id", "name", "prefix", "scopes", "created_at", "revoked_at")


def known_name(name: str) -> str:
    """The name, if it can be kept and found again."""
    if not name.strip() or len(name) > LONGEST or UNSTORABLE.search(name):
        raise typer.BadParameter(f"give 1 to {LONGEST} characters.")
    return name


@group.command("list")
def list_(
    tenant: TenantId,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List the keys of a tenant, revoked ones too."""
    with open_session(tenant, data_dir, database_url) as session:
        found = listed(session.connection, session.tenant.id)
    if as_json:
        document([shown(key) for key in found])
    elif found:
        say(table(found))
    else:
        say(f"No key yet. Next: polaris key create NAME --tenant {tenant}")


@group.command()
def create(
    name: Annotated[
        str, typer.Argument(help="What it is for, as `web shop`.", callback=known_name)
    ],
    tenant: TenantId,
    scope: Annotated[
        list[KeyScope] | None,
        typer.Option(help="What it may do, neither including the other; default: both."),
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make a key, which is shown this once."""
    with open_session(tenant, data_dir, database_url) as session:
        key, scopes = ApiKey.new(), [one for one in KeyScope if one in (scope or KeyScope)]
        made = keep(session.connection, session.tenant.id, name, key, scopes)
    if as_json:
        parts = {"client_id": key.client_id, "client_secret": key.client_secret}
        document(shown(made) | {"api_key": key.whole, **parts})
        return
    say(
        Text.assemble((name, "bold"), f" may {' and '.join(made.scopes)} now."),
        tables.pairs({"api_key": key.whole}),
        "The key is shown this once; only a hash of its secret is kept.",
    )


def keep(
    connection: EngineConnection,
    tenant_id: str,
    name: str,
    key: ApiKey,
    scopes: Sequence[KeyScope] = tuple(KeyScope),
) -> KnownKey:
    """Keep a key, and who made it."""
    at = now()
    made = KnownKey(new_id(), tenant_id, name, key.client_id, key.hash, tuple(scopes), at)
    with connection.transaction():
        create_api_key(connection, tenant_id, made.id, name, key, at, scopes)
        line = audit_line("CreateApiKey", made, new_id(), at, actor())
        write(connection, tenant_id, [line])
    return made


@group.command()
def revoke(
    key: Annotated[str, typer.Argument(help="Its prefix or its id; a leaked key, whole.")],
    tenant: TenantId,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Let a key open nothing any more. A server that runs knows it within a second."""
    with open_session(tenant, data_dir, database_url) as session:
        known = named(session, key)
        now_revoked = revoke_in(session, known)
        known = find(session.connection, known.prefix) or known
    if as_json:
        document({"done": True, "already": not now_revoked, **shown(known)})
        return
    since = f"was revoked already, at {known.revoked_at:%Y-%m-%d %H:%M:%S} (UTC)."
    said = "is revoked." if now_revoked else since
    say(Text.assemble((known.name, "bold"), f" ({known.prefix}) {said}"))


def named(session: Session, name: str) -> KnownKey:
    """The key of the tenant that is named by its prefix, its id or itself. Raises Stopped."""
    whole = ApiKey.parse(name)
    names = {whole.client_id if whole else name}
    for key in listed(session.connection, session.tenant.id):
        if names & {key.prefix, key.id}:
            return key
    raise Stopped(f"No key {', '.join(names)}. `polaris key list` shows them.")


def revoke_in(session: Session, key: KnownKey) -> bool:
    """Revoke a key, and keep who did; whether it was still good."""
    with session.connection.transaction():
        at = now()
        if not revoke_api_key(session.connection, session.tenant.id, key.id, at):
            return False
        line = audit_line("RevokeApiKey", key, new_id(), at, actor())
        write(session.connection, session.tenant.id, [line])
    return True


def shown(key: KnownKey) -> dict[str, object]:
    """A key as JSON; neither its secret nor the hash of it."""
    return {field: getattr(key, field) for field in SHOWN}


def table(found: Iterable[KnownKey]) -> Table:
    """Keys, one a row."""
    rows = tables.columns("Key", "Name", "May", "Created", "Revoked")
    rows.columns[0].no_wrap = True  # so that it can be copied whole
    for key in found:
        revoked = Text(f"{key.revoked_at:%Y-%m-%d}", "red") if key.revoked_at else ""
        rows.add_row(
            key.prefix, key.name, ", ".join(key.scopes), f"{key.created_at:%Y-%m-%d}", revoked
        )
    return rows
