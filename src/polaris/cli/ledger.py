"""`polaris ledger` and `polaris audit`: prove that the books and the audit are sound."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from polaris.audit import verify as audit_verify
from polaris.audit.sealer import seal_pending
from polaris.cli import tables
from polaris.cli.answer import document, say
from polaris.cli.options import DatabaseUrl, DataDir, Json
from polaris.cli.session import opened
from polaris.core.facts.tenant import Tenant
from polaris.reports import ledger
from polaris.store.read import tenants
from polaris.store.server.database import EngineConnection

ledgers = typer.Typer(help="Prove the books, and add them up.")
audits = typer.Typer(help="Prove that nobody has changed the audit.")

SomeTenant = Annotated[
    str | None, typer.Option("--tenant", metavar="ID", help="Whose books; default: everybody's.")
]
Through = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Up to this day, and with it."),
]


@ledgers.command()
def verify(
    tenant: SomeTenant = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Prove the ledger: receivables, credit, money, refunds, numbers. 1 when a proof fails."""
    told, ok = [], True
    with looked_into(tenant, data_dir, database_url) as (connection, tenants):
        for one in tenants:
            with watched(as_json) as progress:
                report = ledger.verify(connection, one.id, progress)
            ok = ok and report.ok
            told.append({"tenant_id": one.id, "ok": report.ok, "proofs": report.proofs})
            if not as_json:
                say(title(one), tables.proofs(report))
    end(ok, {"ok": ok, "tenants": told}, as_json)


@ledgers.command()
def trial_balance(
    tenant: SomeTenant = None,
    through: Through = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Add up every account, per currency."""
    told, day = [], through.date() if through else None
    with looked_into(tenant, data_dir, database_url) as (connection, tenants):
        for one in tenants:
            balances = ledger.trial_balance(connection, one.id, day)
            rows = [row._asdict() | {"balance_minor": row.balance_minor} for row in balances]
            told.append({"tenant_id": one.id, "accounts": rows})
            if not as_json:
                say(title(one), tables.trial_balance(balances))
    end(True, {"tenants": told}, as_json)


@audits.command("verify")
def verify_audit(
    tenant: SomeTenant = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Seal what is new, then walk the chain. 1 when a line was altered, removed or put in."""
    told, ok = [], True
    with looked_into(tenant, data_dir, database_url) as (connection, tenants):
        for one in tenants:
            seal_pending(connection, one.id)
            with watched(as_json) as progress, connection.transaction():
                report = audit_verify.verify(connection, one.id, progress)
            ok = ok and report.ok
            told.append({"tenant_id": one.id, "ok": report.ok, **report._asdict()})
            if not as_json:
                say(title(one), tables.chain(report))
    end(ok, {"ok": ok, "tenants": told}, as_json)


@contextmanager
def looked_into(
    tenant_id: str | None, data_dir: Path | None, database_url: str | None
) -> Iterator[tuple[EngineConnection, list[Tenant]]]:
    """A connection, and one tenant or all. Raises UnknownTenant."""
    with opened(data_dir, database_url) as database, database.connect() as connection:
        connection.autocommit = True
        ids = [tenant_id] if tenant_id else [one.id for one in tenants.tenants(connection)]
        yield connection, [tenants.tenant(connection, one) for one in ids]


@contextmanager
def watched(quiet: bool) -> Iterator[ledger.Progress]:
    """A bar for people at a terminal, gone once all is done."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total, what: bar.update(
            task, completed=done, total=total, description=what
        )


def title(tenant: Tenant) -> Text:
    """Whose books follow."""
    return Text.assemble((tenant.name, "bold"), (f"  {tenant.id}", "dim"))


def end(ok: bool, told: dict[str, object], as_json: bool) -> None:
    """Print the document, and leave with 1 when something is wrong."""
    if as_json:
        document(told)
    elif not told["tenants"]:
        say("No tenant yet. Next: polaris tenant create NAME, or polaris demo.")
    if not ok:
        raise typer.Exit(1)
