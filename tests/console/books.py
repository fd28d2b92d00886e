"""The books of one tenant, for the tests of the console: commands that come from outside."""

from decimal import Decimal
from typing import Any

from msgspec import Raw, json

from polaris.core import commands
from polaris.core.commands import Command
from polaris.core.commands.values import NewLine, TaxRate
from polaris.core.fold import Outcome
from polaris.engine import Engine, new_id, now, request
from polaris.store.refund_attempts import (
    Attempt,
    AttemptCall,
    AttemptResult,
    begin_attempt,
    end_attempt,
)
from polaris.store.server.database import Database

VAT = TaxRate(code="VAT", name="VAT", rate=Decimal(20))


class Books:
    """The books of a tenant that exists. Its customers and invoices are made by commands."""

    currency = "EUR"
    actor = "system"
    """Who sends the commands, if a test says nothing else."""

    def __init__(self, database: Database, engine: Engine, tenant_id: str) -> None:
        self.database, self.engine, self.id = database, engine, tenant_id

    def perform(self, *wanted: Command, actor: str = "") -> list[Outcome]:
        """Perform commands in order; none may be refused."""
        requests = [request(command, actor=actor or self.actor) for command in wanted]
        outcomes = self.engine.perform(self.id, requests)
        assert all(outcome.done for outcome in outcomes), outcomes
        return outcomes

    def customer(self, external_id: str = "", name: str = "", email: str | None = None) -> str:
        """Create a customer. Return its id."""
        customer_id = new_id()
        self.perform(
            commands.SaveCustomer(
                customer_id=customer_id,
                external_id=external_id or customer_id,
                name=name,
                email=email,
            )
        )
        return customer_id

    def draft_command(
        self,
        customer_id: str,
        net_minor: int = 1000,
        currency: str = "",
        line: NewLine | None = None,
        **texts: Any,
    ) -> commands.DraftInvoice:
        """The command for a draft with one line, and a fifth of tax."""
        line = line or NewLine(description="Service")
        taxed = NewLine(
            id=new_id(),
            name=line.name,
            description=line.description,
            amount_minor=net_minor,
            taxes=(VAT,),
        )
        return commands.DraftInvoice(
            invoice_id=new_id(),
            customer_id=customer_id,
            currency=currency or self.currency,
            lines=(taxed,),
            **texts,
        )

    def pay(
        self,
        customer_id: str,
        amount_minor: int,
        invoice_id: str | None = None,
        method: str = "card",
        reference: str | None = None,
    ) -> str:
        """Receive money, for an invoice if one is given. Return the payment's id."""
        payment_id = new_id()
        self.perform(
            commands.ReceivePayment(
                payment_id=payment_id,
                customer_id=customer_id,
                currency=self.currency,
                amount_minor=amount_minor,
                method=method,
                reference=reference,
                apply_to={invoice_id: amount_minor} if invoice_id else {},
            )
        )
        return payment_id

    def calls_provider(self, refund_id: str, error: str) -> None:
        """Record a call of a provider about a refund, which ended without a clear answer."""
        at = now()
        attempt = Attempt(
            new_id(),
            refund_id,
            "stripe",
            AttemptCall.SEND,
            at,
            at,
            request=Raw(json.encode({"amount": 400, "key": "rk_•••"})),
        )
        ended = attempt._replace(ended_at=at, result=AttemptResult.UNCLEAR, error=error)
        with self.database.connect() as connection:
            begin_attempt(connection, self.id, attempt)
            end_attempt(connection, self.id, ended)
