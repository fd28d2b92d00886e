"""`polaris key`: the API keys of a tenant."""

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from polaris.cli import tables
from polaris.cli.answer import Stopped, document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId
from polaris.cli.session import Session, actor, open_session
from polaris.keys import ApiKey, KeyScope, KnownKey
from polaris.services.api_keys import NAME_RULE, key_called, revoke_key, store_key, valid_name
from polaris.store.read.api_keys import find, listed

group = typer.Typer(help="List, create and revoke API keys. Each key belongs to one tenant.")

PUBLIC_FIELDS = ("id", "name", "prefix", "scopes", "created_at", "revoked_at")


def checked_name(name: str) -> str:
    """Return the name if a key can have it. Raises typer.BadParameter."""
    if not valid_name(name):
        raise typer.BadParameter(NAME_RULE)
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
            metavar="NAME", help="Name of the key, such as `web shop`.", callback=checked_name
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
        made = store_key(session.connection, session.tenant.id, name, key, actor(), scopes)
    assert made is not None  # its id is new
    if as_json:
        parts = {"client_id": key.client_id, "client_secret": key.client_secret}
        document(key_json(made) | {"api_key": key.whole, **parts})
        return
    say(
        Text.assemble("Created key ", (name, "bold"), f" ({', '.join(made.scopes)})."),
        tables.pairs({"api_key": key.whole}),
        "Copy the key now: only a hash of its secret is stored, so it cannot be shown again.",
    )


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
        now_revoked = revoke_key(session.connection, session.tenant.id, known, actor())
        known = find(session.connection, known.prefix) or known
    if as_json:
        document({"done": True, "already": not now_revoked, **key_json(known)})
        return
    since = f"was already revoked, at {known.revoked_at:%Y-%m-%d %H:%M:%S} (UTC)."
    state = "is revoked." if now_revoked else since
    say(Text.assemble((known.name, "bold"), f" ({known.prefix}) {state}"))


def find_key(session: Session, name: str) -> KnownKey:
    """Return the tenant's key with this prefix or id, or this whole key. Raises Stopped."""
    found = key_called(session.connection, session.tenant.id, name)
    if found is None:
        whole = ApiKey.parse(name)
        named = whole.client_id if whole else name
        raise Stopped(f"No key {named}. List the keys with `polaris key list`.")
    return found


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
