"""One tenant's books, and the command line over them."""

from cli.terminal import Ended, polaris
from faults.world import customers, done, drafts, invoices
from polaris.core.commands import ReceivePayment
from polaris.core.facts.tenant import Settings
from polaris.engine import Engine, new_id, now
from polaris.store.engine.write import create_tenant
from polaris.store.server.database import Database


class Books:
    """One tenant's books in a database, and the commands over them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.engine = Engine(database, connections=1)
        self.tenant_id = new_id()
        with database.connect() as connection:
            create_tenant(connection, self.tenant_id, "Print", "EUR", "UTC", Settings(), now())

    def run(self, *arguments: str) -> Ended:
        """Run a command on these books."""
        place = ("--tenant", self.tenant_id, "--database-url", self.database.url)
        return polaris(*arguments, *place)

    def draft(self) -> str:
        """Create a draft of 12.00. Return its id."""
        customer = customers(self.engine, self.tenant_id, 1)
        return drafts(self.engine, self.tenant_id, customer, 1)[0]

    def customer(self) -> list[str]:
        """Create a customer. Return its id, in a list."""
        return customers(self.engine, self.tenant_id, 1)

    def invoice(self, paid_minor: int = 0, customer: list[str] | None = None) -> str:
        """Create an invoice of 12.00 with this amount paid. Return its id."""
        customer = customer or self.customer()
        [invoice_id] = invoices(self.engine, self.tenant_id, customer, 1)
        if paid_minor:
            paying = ReceivePayment(
                payment_id=new_id(),
                currency="EUR",
                amount_minor=paid_minor,
                apply_to={invoice_id: paid_minor},
            )
            done(self.engine, self.tenant_id, [paying])
        return invoice_id
