"""A tenant whose rows become due, and what jobs have done with them."""

from datetime import datetime
from typing import Any

from faults.world import customers, done, tenant
from polaris.core.commands import Command, GrantCredits, IssueInvoice, OpenWallet, SaveCustomer
from polaris.core.commands.values import NewLine
from polaris.engine import Engine, new_id
from polaris.store.server.database import Database


class Books:
    """A tenant of its own, with one customer."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self.database, self.engine = database, engine
        self.tenant_id = tenant(database)
        [self.customer_id] = customers(engine, self.tenant_id, 1)

    def do(self, *commands: Command) -> None:
        """Perform commands; none may be refused."""
        done(self.engine, self.tenant_id, commands)

    def wallet(self, expires_at: datetime | None = None) -> str:
        """Open a wallet. Return its id."""
        wallet_id = new_id()
        self.do(
            OpenWallet(
                wallet_id=wallet_id,
                customer_id=self.customer_id,
                currency="EUR",
                expires_at=expires_at,
            )
        )
        return wallet_id

    def lots(self, wallet_id: str, expires_at: datetime | None, count: int = 1) -> list[str]:
        """Grant credits of 300 minor units each. Return the ids of the lots."""
        ids = [new_id() for _ in range(count)]
        self.do(
            *(
                GrantCredits(
                    lot_id=lot_id, wallet_id=wallet_id, amount_minor=300, expires_at=expires_at
                )
                for lot_id in ids
            )
        )
        return ids

    def customer(self, timezone: str) -> str:
        """Create a customer in a time zone. Return its id."""
        customer_id = new_id()
        self.do(SaveCustomer(customer_id=customer_id, external_id=customer_id, timezone=timezone))
        return customer_id

    def invoices(self, day: datetime, count: int = 1, customer_id: str = "") -> list[str]:
        """Issue invoices of 1,000 minor units that are due on their issue date."""
        ids = [new_id() for _ in range(count)]
        self.do(
            *(
                IssueInvoice(
                    invoice_id=invoice_id,
                    customer_id=customer_id or self.customer_id,
                    currency="EUR",
                    lines=(NewLine(description="Service", amount_minor=1000),),
                    issue_date=day.date(),
                )
                for invoice_id in ids
            )
        )
        return ids

    def rows(self, sql: str) -> list[Any]:
        """Return the rows of a select about this tenant."""
        with self.database.connect() as connection:
            return connection.execute(sql.encode(), {"t": self.tenant_id}).fetchall()

    def subjects(self, kind: str) -> list[str]:
        """Return the ids of the rows about which there is an event of this kind."""
        found = self.rows(
            "select kind, subject_id::text from event where tenant_id = %(t)s order by id"
        )
        return [subject_id for event, subject_id in found if event == kind]

    def audited(self) -> list[tuple[str, str]]:
        """Return the outcome and command of each audit line of background work."""
        return self.rows(
            "select outcome, command from audit where tenant_id = %(t)s and actor = 'polaris'"
        )
