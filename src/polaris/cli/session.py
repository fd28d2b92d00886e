"""The session of a command: one tenant, a connection, and the engine."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from uuid import UUID

from polaris.cli.answer import Declined, Stopped
from polaris.cli.effects import Agreed
from polaris.cli.options import settings
from polaris.core.commands import Command
from polaris.core.facts.tenant import Tenant
from polaris.core.fold import Outcome, Request
from polaris.engine import Engine, Preview, request
from polaris.store.read import invoices, tenants
from polaris.store.server.database import Database, EngineConnection, open_database


@contextmanager
def opened(data_dir: Path | None, database_url: str | None) -> Iterator[Database]:
    """Open the configured database: start it if it is embedded, and migrate it."""
    with open_database(settings(data_dir, database_url)) as database:
        yield database


@contextmanager
def open_session(
    tenant_id: str | None, data_dir: Path | None, database_url: str | None
) -> Iterator["Session"]:
    """Open a session for one tenant, by default the usual one. Raises UnknownTenant, Stopped."""
    with opened(data_dir, database_url) as database, database.connect() as connection:
        connection.autocommit = True
        chosen = tenant_id or settings(data_dir, database_url).tenant or only_tenant(connection)
        yield Session(database, connection, tenants.tenant(connection, chosen))


def only_tenant(connection: EngineConnection) -> str:
    """Return the id of the only tenant. Raises Stopped if there are none or several."""
    every = tenants.tenants(connection)
    if not every:
        raise Stopped("There are no tenants yet. Create one with `polaris tenant create`.")
    if len(every) > 1:
        raise Stopped(
            f"There are {len(every)} tenants. Give one with --tenant ID or POLARIS_TENANT; "
            "list them with `polaris tenant list`."
        )
    return every[0].id


class Session:
    """Reads and changes the books of one tenant."""

    def __init__(self, database: Database, connection: EngineConnection, tenant: Tenant) -> None:
        self.database, self.connection, self.tenant = database, connection, tenant

    @cached_property
    def engine(self) -> Engine:
        """The engine, which performs every command."""
        return Engine(self.database, connections=1)

    def invoice_id(self, named: str) -> str:
        """Return the id of the invoice with this id, number or external number. Raises Stopped."""
        try:
            return str(UUID(named))
        except ValueError:
            found = invoices.invoices_numbered(self.connection, self.tenant.id, named)
        if not found:
            raise Stopped(f"No invoice {named}. List the invoices with `polaris invoice list`.")
        if len(found) > 1:
            raise Stopped(f"Several invoices have the number {named}. Give the invoice's id.")
        return found[0]

    def invoice(self, invoice_id: str) -> invoices.WholeInvoice:
        """Return an invoice with its lines, settlements, notes and entries. Raises Stopped."""
        whole = invoices.whole_invoice(self.connection, self.tenant.id, invoice_id)
        if whole is None:
            raise Stopped(
                f"No invoice {invoice_id}. List the invoices with `polaris invoice list`."
            )
        return whole

    def perform(
        self, command: Command, currency: str | None = None, expected: Agreed = Agreed()
    ) -> Outcome:
        """Perform a command. Raises Declined; its amounts are printed in `currency`."""
        (outcome,) = self.engine.perform(self.tenant.id, [request_of(command, expected)])
        return self._accepted(outcome, currency)

    def preview(
        self, command: Command, currency: str | None = None, expected: Agreed = Agreed()
    ) -> Preview:
        """Return what a command would change, without writing it. Raises Declined."""
        (preview,) = self.engine.preview(self.tenant.id, [request_of(command, expected)])
        self._accepted(preview.outcome, currency)
        return preview

    def _accepted(self, outcome: Outcome, currency: str | None) -> Outcome:
        if not outcome.done:
            raise Declined(outcome, currency or self.tenant.currency)
        return outcome


def request_of(command: Command, expected: Agreed = Agreed()) -> Request:
    """Wrap a command into a request as administrator: a user with database access is one."""
    return request(
        command,
        actor=actor(),
        administrator=True,
        expect=expected.fingerprint,
        expected=expected.effects,
    )


def actor() -> str:
    """Return the name of the operating-system user, for the audit log."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name, as in some containers
        return "cli"
