"""A tenant for tests, with a Lago client, and the engine for steps that Lago's API lacks."""

from abc import ABC, abstractmethod
from decimal import Decimal
from typing import Any, Final, TypeVar

import httpx
from lago_python_client import Client

from faults import world
from polaris.core import commands
from polaris.core.commands import Command
from polaris.core.commands.values import NewLine, TaxRate
from polaris.core.decision import Facts
from polaris.core.facts.invoice import InvoiceKind
from polaris.core.facts.row import Row
from polaris.core.facts.series import SeriesScope
from polaris.core.facts.tenant import Settings
from polaris.core.fold import Outcome
from polaris.core.scope import Scope
from polaris.engine import Engine, new_id, now
from polaris.keys import ApiKey, KeyScope
from polaris.store.engine.load import load, resolve
from polaris.store.engine.write import create_api_key
from polaris.store.server.database import Database

R = TypeVar("R", bound=Row)

NUMBERED_AS_LAGO: Final = Settings(
    invoice_scope=SeriesScope.CUSTOMER,
    invoice_format="ACM-1A2B-{customer}-{next:03}",
    note_scope=SeriesScope.INVOICE,
    note_format="{invoice}-CN{next:03}",
)
VAT = TaxRate(code="vat", name="VAT", rate=Decimal(20))


def line(amount_minor: int, *taxes: TaxRate, **named: Any) -> NewLine:
    """A line of this amount."""
    return NewLine(amount_minor=amount_minor, taxes=taxes, description="Service", **named)


class Prepared(ABC):
    """A tenant for which a test prepares customers, invoices and payments by commands."""

    @abstractmethod
    def done(self, *asked: Command) -> object:
        """Perform commands in order; all must be done."""

    @abstractmethod
    def facts(self, **named: Any) -> Facts:
        """Load the facts of the named rows; the arguments are those of `Scope`."""

    @abstractmethod
    def http(self, method: str, path: str, **asked: Any) -> httpx.Response:
        """A call by hand; `path` begins after /api/v1."""

    @abstractmethod
    def stranger(self) -> "Prepared":
        """Another tenant."""

    def customer(self, external_id: str = "cust_1", **named: Any) -> str:
        """A customer's id."""
        customer_id = new_id()
        self.done(
            commands.SaveCustomer(
                customer_id=customer_id, external_id=external_id, currency="EUR", **named
            )
        )
        return customer_id

    def draft(
        self,
        customer_id: str,
        *lines: NewLine,
        kind: InvoiceKind = InvoiceKind.SUBSCRIPTION,
        **named: Any,
    ) -> str:
        """A draft's id; without lines 1,000 and a fifth of tax."""
        invoice_id = new_id()
        self.done(
            commands.DraftInvoice(
                invoice_id=invoice_id,
                customer_id=customer_id,
                currency="EUR",
                kind=kind,
                lines=lines or (line(1000, VAT),),
                **named,
            )
        )
        return invoice_id

    def invoice(self, customer_id: str, *lines: NewLine, **named: Any) -> str:
        """A finalized invoice's id."""
        invoice_id = self.draft(customer_id, *lines, **named)
        self.done(commands.FinalizeInvoice(invoice_id=invoice_id))
        return invoice_id

    def paid(self, invoice_id: str, amount_minor: int) -> str:
        """A payment's id, applied to the invoice."""
        payment_id = new_id()
        self.done(
            commands.ReceivePayment(
                payment_id=payment_id,
                currency="EUR",
                amount_minor=amount_minor,
                apply_to={invoice_id: amount_minor},
            )
        )
        return payment_id

    def the(self, kind: type[R], row_id: str, **named: Any) -> R:
        """One row of the books, looked for among the facts of what is named."""
        row = self.facts(**named).tables[kind][row_id]
        assert isinstance(row, kind)
        return row


class Books(Prepared):
    """A fresh tenant with a key, a client for it, and the engine."""

    def __init__(self, database: Database, url: str, settings: Settings = NUMBERED_AS_LAGO) -> None:
        self.database, self.url = database, url
        self.engine = Engine(database, connections=1)
        self.tenant_id = world.tenant(database, settings)
        self.key = self.new_key(KeyScope.READ, KeyScope.WRITE)
        # Its own annotations refuse to be called; so it is taken for what it is at run time.
        self.client: Any = Client(api_key=self.key, api_url=url)

    def new_key(self, *scopes: KeyScope) -> str:
        """Another key of the tenant."""
        key = ApiKey.new()
        with self.database.connect() as connection:
            create_api_key(connection, self.tenant_id, new_id(), "test", key, now(), scopes=scopes)
        return key.whole

    def http(self, method: str, path: str, key: str | None = None, **asked: Any) -> httpx.Response:
        """A call by hand, for what the client does not do; `path` begins after /api/v1."""
        headers = {"Authorization": f"Bearer {key or self.key}"}
        url = f"{self.url}/api/v1{path}"
        # Nothing here is encrypted, and to load certificates takes longer than the call.
        with httpx.Client(verify=False, headers=headers, timeout=30) as client:
            return client.request(method, url, **asked)

    def done(self, *asked: Command) -> list[Outcome]:
        """Perform commands by the engine itself, in order; all must be done."""
        return world.done(self.engine, self.tenant_id, asked)

    def facts(self, **named: Any) -> Facts:
        """Load the facts of the named rows; the arguments are those of `Scope`."""
        scope = Scope(**named)
        with self.database.connect() as connection:
            return load(
                connection, self.tenant_id, resolve(connection, self.tenant_id, scope)
            ).facts

    def stranger(self) -> "Books":
        """Another tenant on the same server."""
        return Books(self.database, self.url)

    def check_proofs(self) -> None:
        """The whole proof set holds."""
        world.check_proofs(self.database, self.tenant_id)
