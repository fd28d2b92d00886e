"""`polaris ledger` and `polaris audit`: check the ledger and the audit log."""

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
from polaris.cli.options import DatabaseUrl, DataDir, Json, TenantId
from polaris.cli.session import open_session, opened
from polaris.core.commands import CorrectEntryDay
from polaris.core.facts.tenant import Tenant
from polaris.reports import ledger
from polaris.store.read import tenants
from polaris.store.server.database import EngineConnection

ledgers = typer.Typer(help="Verify the ledger and print its balances.")
audits = typer.Typer(help="Verify that nobody has changed the audit log.")

SomeTenant = Annotated[
    str | None, typer.Option("--tenant", metavar="ID", help="Id of the tenant. Default: all.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        "--through",
        formats=["%Y-%m-%d"],
        metavar="DAY",
        help="Last day to include, as YYYY-MM-DD. Default: all days.",
    ),
]


@ledgers.command()
def verify(
    tenant: SomeTenant = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Run every proof over the ledger. Exits with 1 if a proof fails."""
    results, ok = [], True
    with open_tenants(tenant, data_dir, database_url) as (connection, tenants):
        for one in tenants:
            with progress_bar(as_json) as progress:
                report = ledger.verify(connection, one.id, progress)
            ok = ok and report.ok
            results.append({"tenant_id": one.id, "ok": report.ok, "proofs": report.proofs})
            wrong = [] if report.ok else ledger.misdated(connection, one.id)
            results[-1]["misdated"] = [entry._asdict() for entry in wrong]
            if not as_json:
                say(title(one), tables.proofs(report))
                say_misdated(one.id, wrong)
    finish(ok, {"ok": ok, "tenants": results}, as_json)


def say_misdated(tenant_id: str, entries: list[ledger.Misdated]) -> None:
    """Print the entries that are dated before their cause, and the command that corrects them."""
    if entries:
        say("Dated before their cause:", tables.misdated(entries))
        say(f"Next: polaris ledger correct --tenant {tenant_id}")


@ledgers.command()
def correct(
    tenant: TenantId = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Take back entries that are dated before their cause, and book them on the right day.

    If the books are closed on a day, the correction is dated on the first open day."""
    done: list[ledger.Misdated] = []
    with open_session(tenant, data_dir, database_url) as session:
        for _ in range(MOST_ROUNDS):
            wrong = ledger.misdated(session.connection, session.tenant.id)
            for entry in wrong:
                session.perform(CorrectEntryDay(entry_id=entry.entry_id, day=entry.right_day))
            done += wrong
            if not wrong:
                break
    if as_json:
        document({"corrected": [entry._asdict() for entry in done]})
    elif done:
        say("Corrected:", tables.misdated(done))
    else:
        say("No entry is dated before its cause.")


MOST_ROUNDS = 20
"""How often the entries are looked for again: to correct one can move the cause of another."""


@ledgers.command()
def trial_balance(
    tenant: SomeTenant = None,
    as_of: AsOf = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print the balance of every account, per currency."""
    results, day = [], as_of.date() if as_of else None
    with open_tenants(tenant, data_dir, database_url) as (connection, tenants):
        for one in tenants:
            balances = ledger.trial_balance(connection, one.id, day)
            rows = [row._asdict() | {"balance_minor": row.balance_minor} for row in balances]
            results.append({"tenant_id": one.id, "accounts": rows})
            if not as_json:
                say(title(one), tables.trial_balance(balances))
    finish(True, {"tenants": results}, as_json)


@ledgers.command()
def gaps(
    tenant: SomeTenant = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List the numbers without a live document, and why: missing, hidden, voided or taken."""
    results = []
    with open_tenants(tenant, data_dir, database_url) as (connection, tenants):
        for one in tenants:
            found = list(ledger.gaps(connection, one.id))
            results.append({"tenant_id": one.id, "gaps": [gap._asdict() for gap in found]})
            if not as_json:
                say(title(one), tables.gaps(found))
    finish(True, {"tenants": results}, as_json)


@audits.command("verify")
def verify_audit(
    tenant: SomeTenant = None,
    as_json: Json = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Seal new audit lines, then check the hash chain. Exits with 1 if a line was changed,
    removed or inserted."""
    results, ok = [], True
    with open_tenants(tenant, data_dir, database_url) as (connection, tenants):
        for one in tenants:
            seal_pending(connection, one.id)
            with progress_bar(as_json) as progress, connection.transaction():
                report = audit_verify.verify(connection, one.id, progress)
            ok = ok and report.ok
            results.append({"tenant_id": one.id, "ok": report.ok, **report._asdict()})
            if not as_json:
                say(title(one), tables.chain(report))
    finish(ok, {"ok": ok, "tenants": results}, as_json)


@contextmanager
def open_tenants(
    tenant_id: str | None, data_dir: Path | None, database_url: str | None
) -> Iterator[tuple[EngineConnection, list[Tenant]]]:
    """Open a connection and load one tenant, or all of them. Raises UnknownTenant."""
    with opened(data_dir, database_url) as database, database.connect() as connection:
        connection.autocommit = True
        ids = [tenant_id] if tenant_id else [one.id for one in tenants.tenants(connection)]
        yield connection, [tenants.tenant(connection, one) for one in ids]


@contextmanager
def progress_bar(quiet: bool) -> Iterator[ledger.Progress]:
    """Show a progress bar on a terminal, and remove it at the end."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total, what: bar.update(
            task, completed=done, total=total, description=what
        )


def title(tenant: Tenant) -> Text:
    """Return a heading with the tenant's name and id."""
    return Text.assemble((tenant.name, "bold"), (f"  {tenant.id}", "dim"))


def finish(ok: bool, result: dict[str, object], as_json: bool) -> None:
    """Print the result as JSON if asked to. Exit with 1 unless `ok`."""
    if as_json:
        document(result)
    elif not result["tenants"]:
        say("There are no tenants yet. Next: polaris tenant create NAME, or polaris demo.")
    if not ok:
        raise typer.Exit(1)
