"""Where a command works: the books of one tenant, opened, and a person who asks."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from uuid import UUID

from polaris.cli.answer import Declined, Stopped
from polaris.cli.options import settings
from polaris.core.commands import Command
from polaris.core.facts.tenant import Tenant
from polaris.core.fold import Outcome, Request
from polaris.engine import Engine, Preview, request
from polaris.store.read import invoices, tenants
from polaris.store.server.database import Database, EngineConnection, open_database


@contextmanager
def opened(data_dir: Path | None, database_url: str | None) -> Iterator[Database]:
    """The database that the options and the environment name, started and migrated."""
    with open_database(settings(data_dir, database_url)) as database:
        yield database


@contextmanager
def open_session(
    tenant_id: str, data_dir: Path | None, database_url: str | None
) -> Iterator["Session"]:
    """A session over one tenant's books. Raises UnknownTenant."""
    with opened(data_dir, database_url) as database, database.connect() as connection:
        connection.autocommit = True
        yield Session(database, connection, tenants.tenant(connection, tenant_id))


class Session:
    """One tenant's books, to read and to change."""

    def __init__(self, database: Database, connection: EngineConnection, tenant: Tenant) -> None:
        self.database, self.connection, self.tenant = database, connection, tenant

    @cached_property
    def engine(self) -> Engine:
        """The engine, which makes every change."""
        return Engine(self.database, connections=1)

    def invoice_id(self, named: str) -> str:
        """The id of an invoice named by its id, its number or the caller's. Raises Stopped."""
        try:
            return str(UUID(named))
        except ValueError:
            found = invoices.invoices_numbered(self.connection, self.tenant.id, named)
        if not found:
            raise Stopped(f"No invoice {named}. `polaris invoice list` shows them.")
        if len(found) > 1:
            raise Stopped(f"Several invoices are called {named}; name one by its id.")
        return found[0]

    def invoice(self, invoice_id: str) -> invoices.WholeInvoice:
        """An invoice with everything that belongs to it. Raises Stopped."""
        whole = invoices.whole_invoice(self.connection, self.tenant.id, invoice_id)
        if whole is None:
            raise Stopped(f"No invoice {invoice_id}. `polaris invoice list` shows them.")
        return whole

    def perform(self, command: Command, currency: str | None = None) -> Outcome:
        """Do what is asked. Raises Declined, whose amounts are in the currency."""
        (outcome,) = self.engine.perform(self.tenant.id, [asked(command)])
        return self._accepted(outcome, currency)

    def preview(self, command: Command, currency: str | None = None) -> Preview:
        """What would be done, unwritten. Raises Declined."""
        (preview,) = self.engine.preview(self.tenant.id, [asked(command)])
        self._accepted(preview.outcome, currency)
        return preview

    def _accepted(self, outcome: Outcome, currency: str | None) -> Outcome:
        if not outcome.done:
            raise Declined(outcome, currency or self.tenant.currency)
        return outcome


def asked(command: Command) -> Request:
    """A command by whoever is at the command line; who has the database may do everything."""
    return request(command, actor=actor(), administrator=True)


def actor() -> str:
    """Who is at the command line, for the audit."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name, as in some containers
        return "cli"
