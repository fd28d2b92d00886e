"""A tenant whose events are sent to receivers, with a clock that the test moves."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from cryptography.fernet import Fernet

from delivery.receivers import Receiver
from faults.world import customers, done, invoices, tenant
from polaris.core.commands import SaveWebhookEndpoint, VoidInvoice
from polaris.core.fold import Request
from polaris.delivery.dialect import WebhookDialect
from polaris.delivery.endpoint_keys import keys_of
from polaris.delivery.sender import Sender, Sending
from polaris.dialects.polaris.webhooks import DIALECT as STANDARD
from polaris.encryption import Encryption
from polaris.engine import Engine, new_id
from polaris.store.server.database import Database

ENCRYPTION = Encryption((Fernet.generate_key().decode(),))


class Delivered(NamedTuple):
    """A delivery, as stored."""

    id: str
    webhook_id: str
    type: str
    state: str
    attempts: int
    due_at: datetime


class Mail:
    """A tenant of its own, its endpoints, and a sender."""

    def __init__(self, database: Database, engine: Engine, dialect: WebhookDialect = STANDARD):
        self.database, self.engine, self.dialect = database, engine, dialect
        self.tenant_id = tenant(database)
        self.now = datetime.now(UTC)
        self.allow_private = True
        self.per_endpoint = 10

    def endpoint(
        self, url: str, types: tuple[str, ...] | None = None, at: datetime | None = None
    ) -> str:
        """Create an endpoint, by default now, and return its id."""
        endpoint_id = new_id()
        command = SaveWebhookEndpoint(
            webhook_endpoint_id=endpoint_id, url=url, dialect=self.dialect.name, event_types=types
        )
        asked = Request(id=new_id(), command=command, at=at or datetime.now(UTC))
        [outcome] = self.engine.perform(self.tenant_id, [asked])
        assert outcome.done
        return endpoint_id

    def receiver(self, receiver: Receiver, *types: str) -> str:
        """Create an endpoint at a receiver, and return its id."""
        return self.endpoint(receiver.url(), types or None)

    def voided(self, count: int = 1) -> list[str]:
        """Issue invoices and void them. Return their ids."""
        ids = invoices(
            self.engine, self.tenant_id, customers(self.engine, self.tenant_id, 1), count
        )
        for invoice_id in ids:
            done(self.engine, self.tenant_id, [VoidInvoice(invoice_id=invoice_id)])
        return ids

    def sender(self) -> Sender:
        """Return a sender with the test's clock."""
        sending = Sending(
            dialects={self.dialect.name: self.dialect},
            encryption=ENCRYPTION,
            issuer="https://polaris.example",
            allow_private=self.allow_private,
            per_endpoint=self.per_endpoint,
            now=lambda: self.now,
        )
        return Sender(self.database, sending)

    def send(self) -> int:
        """Publish and send what is due. Return how many attempts this tenant's endpoints got."""
        self.now = max(self.now, datetime.now(UTC))
        before = self.attempts()
        asyncio.run(self.sender().send_due())
        return self.attempts() - before

    def attempts(self) -> int:
        """Return how many attempts were recorded."""
        [(count,)] = self.rows("select count(*) from webhook_attempt where tenant_id = %(t)s")
        return int(count)

    def wait(self, **by: float) -> None:
        """Move the clock."""
        self.now += timedelta(**by)

    def secret(self, endpoint_id: str) -> str:
        """Return the secret of an endpoint with one key."""
        signature = next(iter(self.dialect.signatures))
        with self.database.connect() as connection:
            [key] = keys_of(
                connection,
                self.tenant_id,
                endpoint_id,
                self.dialect,
                signature,
                ENCRYPTION,
                self.now,
            )
        return key.secret

    def rows(self, sql: str) -> list[Any]:
        """Return the rows of a select about this tenant."""
        with self.database.connect() as connection:
            return connection.execute(sql, {"t": self.tenant_id}).fetchall()

    def deliveries(self) -> list[Delivered]:
        """Return the deliveries in their order."""
        rows = self.rows(
            "select d.id::text, d.webhook_id::text, w.type, d.state, d.attempts, d.due_at"
            " from webhook_delivery d join webhook w using (tenant_id)"
            " where d.tenant_id = %(t)s and w.id = d.webhook_id order by d.id"
        )
        return [Delivered(*row) for row in rows]
