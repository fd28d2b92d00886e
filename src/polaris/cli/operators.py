"""`polaris operator`: the people who sign in to the console."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from polaris.cli import tables
from polaris.cli.answer import Stopped, document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId
from polaris.cli.session import Session, actor, open_session, opened
from polaris.engine import now
from polaris.operators import administration, passwords
from polaris.operators.administration import known_operator
from polaris.operators.audit import write_audit
from polaris.operators.operator import Operator, list_operators
from polaris.operators.refusals import OperatorRefusal
from polaris.operators.roles import Role
from polaris.operators.sessions import end_sessions
from polaris.store.operators import run
from polaris.store.read import tenants
from polaris.store.server.database import EngineConnection

group = typer.Typer(help="List, add and change the operators who sign in to the console.")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="E-mail of the operator.")]
RoleOption = Annotated[
    Role,
    typer.Option(
        help="viewer: reads. operator: also changes invoices, payments and so on. "
        "admin: also changes settings, periods and operators."
    ),
]


@contextmanager
def refusals_as_errors() -> Iterator[None]:
    """Turn a refusal about an operator into Stopped, so that the command fails with its sentence.

    `polaris operator list` is the way out for an unknown e-mail.
    """
    try:
        yield
    except OperatorRefusal as refusal:
        raise Stopped(refusal.sentence) from refusal


@group.command()
def add(
    email: Email,
    role: RoleOption,
    name: Annotated[str, typer.Option(help="Name of the operator. Default: the e-mail.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    link: Annotated[
        bool,
        typer.Option("--link", help="Print a one-time link with which they set the password."),
    ] = False,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Give a person a role in a tenant. A person with this e-mail keeps their password, unless you
    give another one."""
    if password_stdin == link:
        raise typer.BadParameter("Give either --password-stdin or --link.")
    password = read_password() if password_stdin else None
    with open_session(tenant, data_dir, database_url) as session, refusals_as_errors():
        made, path = add_operator(session, email, name, role, password)
    if as_json:
        document(operator_json(made) | ({"link": path} if path else {}))
        return
    say(Text.assemble("Added ", (made.email, "bold"), f" as {role} of {session.tenant.name}."))
    if path:
        say_link(path)


def read_password() -> str:
    """Return the first line of standard input."""
    return sys.stdin.readline().rstrip("\r\n")


def add_operator(
    session: Session, email: str, name: str, role: Role, password: str | None
) -> tuple[Operator, str | None]:
    """Add an operator with a password, or with a one-time link. Return it and the link's path.

    Raises OperatorRefusal.
    """
    connection, tenant_id = session.connection, session.tenant.id
    if password is not None:
        passwords.check_new_password(password, administration.valid_email(email))
    with connection.transaction():
        made = administration.add_operator(connection, email, name, tenant_id, role, actor())
        if password is None:
            return made, administration.reset(connection, made, actor())
        store_password(connection, made, password)
    return made, None


def store_password(connection: EngineConnection, operator: Operator, password: str) -> None:
    """Store a password, with an audit line. It ends the operator's sessions."""
    hashed = passwords.hash_password(password)
    run(connection, "set_password", operator_id=operator.id, password_hash=hashed)
    end_sessions(connection, operator.id)
    details = {"method": "command line"}
    write_audit(connection, "SetPassword", operator, actor=actor(), at=now(), details=details)


@group.command("list")
def list_(
    tenant: Annotated[
        str | None,
        typer.Option("--tenant", metavar="ID", help="Id of a tenant. Default: all tenants."),
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List the operators with their roles, including disabled operators."""
    with opened(data_dir, database_url) as database, database.connect() as connection:
        chosen = tenants.tenant(connection, tenant).id if tenant else None
        found = list_operators(connection, chosen)
    if as_json:
        document([operator_json(operator) for operator in found])
    elif found:
        say(table(found))
    else:
        say("There are no operators yet. Next: polaris operator add EMAIL --role admin --link")


@group.command()
def role(
    email: Email,
    new: Annotated[Role | None, typer.Option("--role", help="The new role in the tenant.")] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Withdraw the role in the tenant.")
    ] = False,
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Change or withdraw the role of an operator in a tenant."""
    if (new is None) != remove:
        raise typer.BadParameter("Give either --role or --remove.")
    with open_session(tenant, data_dir, database_url) as session, refusals_as_errors():
        connection, tenant_id = session.connection, session.tenant.id
        with connection.transaction():
            operator = known_operator(connection, email)
            if new is None:
                administration.withdraw_role(connection, operator, tenant_id, actor())
            else:
                administration.set_role(connection, operator, tenant_id, new, actor())
        changed = known_operator(connection, email)
    report(changed, f"is {new} of {session.tenant.name}." if new else "has no role there.", as_json)


@group.command()
def disable(
    email: Email, as_json: Json = False, data_dir: DataDir = None, database_url: DatabaseUrl = None
) -> None:
    """Disable an operator in all tenants. Their sessions end at once."""
    with changing(email, data_dir, database_url) as (connection, operator):
        administration.disable(connection, operator, actor())
        changed = known_operator(connection, email)
    report(changed, "is disabled.", as_json)


@group.command()
def enable(
    email: Email, as_json: Json = False, data_dir: DataDir = None, database_url: DatabaseUrl = None
) -> None:
    """Enable a disabled operator."""
    with changing(email, data_dir, database_url) as (connection, operator):
        administration.enable(connection, operator, actor())
        changed = known_operator(connection, email)
    report(changed, "is enabled.", as_json)


@group.command()
def reset(
    email: Email,
    without_second_factor: Annotated[
        bool,
        typer.Option(
            "--without-second-factor", help="Also switch the second factor off: the device is lost."
        ),
    ] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print a one-time link with which an operator sets a new password within 24 hours."""
    with changing(email, data_dir, database_url) as (connection, operator):
        path = administration.reset(connection, operator, actor(), without_second_factor)
    if as_json:
        document({"done": True, "email": operator.email, "link": path})
    else:
        say_link(path)


@contextmanager
def changing(
    email: str, data_dir: DataDir, database_url: DatabaseUrl
) -> Iterator[tuple[EngineConnection, Operator]]:
    """Open the database and find an operator; commit in the end. Raises Stopped."""
    with (
        opened(data_dir, database_url) as database,
        database.connect() as connection,
        refusals_as_errors(),
    ):
        yield connection, known_operator(connection, email)


def report(operator: Operator, sentence: str, as_json: bool) -> None:
    """Print what an operator is after a change."""
    if as_json:
        document({"done": True, **operator_json(operator)})
    else:
        say(Text.assemble((operator.email, "bold"), f" {sentence}"))


def say_link(path: str) -> None:
    """Print a one-time link for people."""
    say(
        tables.pairs({"link": path}),
        "Open it at the address of the server, such as http://127.0.0.1:8000, within 24 hours."
        " It works once and cannot be shown again.",
    )


def operator_json(operator: Operator) -> dict[str, object]:
    """Return an operator as JSON, without the hash of the password."""
    return {
        "id": operator.id,
        "email": operator.email,
        "name": operator.name,
        "has_password": operator.password_hash is not None,
        "has_second_factor": operator.has_second_factor,
        "created_at": operator.created_at,
        "disabled_at": operator.disabled_at,
        "roles": [
            {"tenant_id": tenant.id, "tenant": tenant.name, "role": tenant.role}
            for tenant in operator.tenants
        ],
    }


def table(found: Iterable[Operator]) -> Table:
    """Return a table of operators, one per row."""
    rows = tables.columns("Operator", "Name", "Roles", "Disabled")
    rows.columns[0].no_wrap = True  # so that it can be copied whole
    for operator in found:
        disabled = Text(f"{operator.disabled_at:%Y-%m-%d}", "red") if operator.disabled_at else ""
        roles = ", ".join(f"{tenant.name}: {tenant.role}" for tenant in operator.tenants)
        rows.add_row(operator.email, operator.name, roles, disabled)
    return rows
