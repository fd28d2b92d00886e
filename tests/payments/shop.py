"""A tenant with one invoice, whose payment came by a provider."""

from datetime import UTC, datetime, timedelta

from faults.world import TOTAL_MINOR, check_proofs, customers, done, invoices, tenant
from polaris.core.commands import ReceivePayment, UpdateRefund, VoidInvoice
from polaris.core.facts.event import EventKind
from polaris.core.facts.payment import PaymentState, Refund, RefundState
from polaris.core.facts.task import Task
from polaris.core.fold import Outcome
from polaris.engine import Engine, new_id, request
from polaris.payments.port import Provider
from polaris.payments.refunds import send_refunds
from polaris.reports.ledger import trial_balance
from polaris.store.read.invoices import WholeInvoice, whole_invoice
from polaris.store.read.tasks import tasks
from polaris.store.refund_attempts import Attempt, attempts_of
from polaris.store.server.database import Database

STRIPE = "stripe"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Shop:
    """A tenant with one invoice of 1,200 minor units. Its clock stands still until it is moved."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self.database, self.engine = database, engine
        self.tenant_id = tenant(database)
        [self.customer_id] = customers(engine, self.tenant_id, 1)
        [self.invoice_id] = invoices(engine, self.tenant_id, [self.customer_id], 1)
        self.at = NOON

    def pays(
        self,
        state: PaymentState = PaymentState.SUCCEEDED,
        provider: str = STRIPE,
        reference: str | None = None,
        amount_minor: int = TOTAL_MINOR,
    ) -> str:
        """Create a payment by a provider. Return the payment's id."""
        payment_id = new_id()
        paying = ReceivePayment(
            payment_id=payment_id,
            currency="EUR",
            amount_minor=amount_minor,
            provider=provider,
            reference=reference,
            state=state,
            apply_to={self.invoice_id: TOTAL_MINOR},
        )
        done(self.engine, self.tenant_id, [paying])
        return payment_id

    def voids(self, refund_minor: int = 0) -> None:
        """Void the invoice and request a refund."""
        voiding = VoidInvoice(invoice_id=self.invoice_id, refund_minor=refund_minor)
        done(self.engine, self.tenant_id, [voiding])

    def sends(self, provider: Provider) -> list[Attempt]:
        """Do one round of the job."""
        providers = {STRIPE: provider}
        return send_refunds(self.database, self.engine, self.tenant_id, providers, lambda: self.at)

    def waits(self, **duration: float) -> None:
        """Move the clock."""
        self.at += timedelta(**duration)

    def reports(self, refund_id: str, state: RefundState) -> Outcome:
        """A person reports a result."""
        told = request(UpdateRefund(refund_id=refund_id, state=state))
        return self.engine.perform(self.tenant_id, [told])[0]

    @property
    def invoice(self) -> WholeInvoice:
        """The invoice with everything that belongs to it."""
        with self.database.connect() as connection:
            whole = whole_invoice(connection, self.tenant_id, self.invoice_id)
        assert whole is not None
        return whole

    @property
    def refund(self) -> Refund:
        """The only refund of the invoice."""
        [refund] = self.invoice.refunds
        return refund

    @property
    def attempts(self) -> list[tuple[str, str | None]]:
        """The calls about the refund, each with its result."""
        with self.database.connect() as connection:
            found = attempts_of(connection, self.tenant_id, self.refund.id)
        return [(each.call.value, each.result and each.result.value) for each in found]

    @property
    def tasks(self) -> list[Task]:
        """The open tasks, the oldest first."""
        with self.database.connect() as connection:
            return tasks(connection, self.tenant_id).tasks

    def events(self, subject_id: str) -> list[str]:
        """The kinds of the events about a row, in order."""
        query = (
            "select kind from event where tenant_id = %s and subject_id = %s order by at, position"
        )
        with self.database.connect() as connection:
            found = connection.execute(query, (self.tenant_id, subject_id))
            return [EventKind(kind).value for (kind,) in found]

    @property
    def balances(self) -> dict[str, int]:
        """Check the proofs, and return the balance of each account that is not zero."""
        check_proofs(self.database, self.tenant_id)
        with self.database.connect() as connection:
            rows = trial_balance(connection, self.tenant_id)
        return {row.account: row.balance_minor for row in rows if row.balance_minor}
