"""`polaris key`: the API keys of a tenant."""

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

group = typer.Typer(help="List, create and revoke API keys. Each key belongs to one tenant.")

PUBLIC_FIELDS = ("id", "name", "prefix", "scopes", "created_at", "revoked_at")


def valid_name(name: str) -> str:
    """Return the name if it can be stored. Raises typer.BadParameter."""
    if not name.strip() or len(name) > LONGEST or UNSTORABLE.search(name):
        raise typer.BadParameter(f"Give 1 to {LONGEST} characters, without NUL.")
    return name


@group.command("list")
def list_(
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List the keys of a tenant, including revoked keys."""
    with open_session(tenant, data_dir, database_url) as session:
        found = listed(session.connection, session.tenant.id)
    if as_json:
        document([key_json(key) for key in found])
    elif found:
        say(table(found))
    else:
        say(f"There are no keys yet. Next: polaris key create NAME --tenant {session.tenant.id}")


@group.command()
def create(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="Name of the key, such as `web shop`.", callback=valid_name
        ),
    ],
    tenant: TenantId = None,
    scope: Annotated[
        list[KeyScope] | None,
        typer.Option(
            help="What the key may do. write does not include read. Can be repeated. Default: both."
        ),
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Create a key and print it. The secret cannot be shown again."""
    with open_session(tenant, data_dir, database_url) as session:
        key, scopes = ApiKey.new(), [one for one in KeyScope if one in (scope or KeyScope)]
        made = store_key(session.connection, session.tenant.id, name, key, scopes)
    if as_json:
        parts = {"client_id": key.client_id, "client_secret": key.client_secret}
        document(key_json(made) | {"api_key": key.whole, **parts})
        return
    say(
        Text.assemble("Created key ", (name, "bold"), f" ({', '.join(made.scopes)})."),
        tables.pairs({"api_key": key.whole}),
        "Copy the key now: only a hash of its secret is stored, so it cannot be shown again.",
    )


def store_key(
    connection: EngineConnection,
    tenant_id: str,
    name: str,
    key: ApiKey,
    scopes: Sequence[KeyScope] = tuple(KeyScope),
) -> KnownKey:
    """Store a key, with an audit line that names its creator. Return it."""
    at = now()
    made = KnownKey(new_id(), tenant_id, name, key.client_id, key.hash, tuple(scopes), at)
    with connection.transaction():
        create_api_key(connection, tenant_id, made.id, name, key, at, scopes)
        line = audit_line("CreateApiKey", made, new_id(), at, actor())
        write(connection, tenant_id, [line])
    return made


@group.command()
def revoke(
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="Prefix or id of the key, or the whole key.")
    ],
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Revoke a key. A running server refuses it within a second."""
    with open_session(tenant, data_dir, database_url) as session:
        known = find_key(session, key)
        now_revoked = revoke_key(session, known)
        known = find(session.connection, known.prefix) or known
    if as_json:
        document({"done": True, "already": not now_revoked, **key_json(known)})
        return
    since = f"was already revoked, at {known.revoked_at:%Y-%m-%d %H:%M:%S} (UTC)."
    state = "is revoked." if now_revoked else since
    say(Text.assemble((known.name, "bold"), f" ({known.prefix}) {state}"))


def find_key(session: Session, name: str) -> KnownKey:
    """Return the tenant's key with this prefix or id, or this whole key. Raises Stopped."""
    whole = ApiKey.parse(name)
    names = {whole.client_id if whole else name}
    for key in listed(session.connection, session.tenant.id):
        if names & {key.prefix, key.id}:
            return key
    raise Stopped(f"No key {', '.join(names)}. List the keys with `polaris key list`.")


def revoke_key(session: Session, key: KnownKey) -> bool:
    """Revoke a key and write an audit line. Return False if it was already revoked."""
    with session.connection.transaction():
        at = now()
        if not revoke_api_key(session.connection, session.tenant.id, key.id, at):
            return False
        line = audit_line("RevokeApiKey", key, new_id(), at, actor())
        write(session.connection, session.tenant.id, [line])
    return True


def key_json(key: KnownKey) -> dict[str, object]:
    """Return a key as JSON, without its secret and its hash."""
    return {field: getattr(key, field) for field in PUBLIC_FIELDS}


def table(found: Iterable[KnownKey]) -> Table:
    """Return a table of keys, one per row."""
    rows = tables.columns("Key", "Name", "Scopes", "Created", "Revoked")
    rows.columns[0].no_wrap = True  # so that it can be copied whole
    for key in found:
        revoked = Text(f"{key.revoked_at:%Y-%m-%d}", "red") if key.revoked_at else ""
        rows.add_row(
            key.prefix, key.name, ", ".join(key.scopes), f"{key.created_at:%Y-%m-%d}", revoked
        )
    return rows
