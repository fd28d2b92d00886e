"""A served console for the tests: two tenants, operators in each role, and invoices to act on."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cli.terminal import ENVIRONMENT, POLARIS, Serving
from console.books import Books
from polaris.cli import demo_invoices
from polaris.core.commands import (
    FinalizeInvoice,
    SaveWebhookEndpoint,
    VoidInvoice,
)
from polaris.core.commands.values import NewLine
from polaris.core.facts.credit_note import CreditTo
from polaris.core.facts.tenant import Settings
from polaris.delivery.sample import send_sample
from polaris.dialects.polaris.webhooks import DIALECT as STANDARD
from polaris.engine import Engine, new_id, now
from polaris.keys import ApiKey, KeyScope
from polaris.operators.roles import Role
from polaris.settings import Settings as Environment
from polaris.store.engine.write import create_api_key, create_tenant
from polaris.store.server.database import Database, open_database

PASSWORD = "a quiet river in spring"
REASONS = ("duplicate", "order_change", "dispute_resolved")

HOSTILE = "<img src=x onerror=alert(1)>\"'&amp;{{7*7}}"
"""A text that becomes an element of the page, or a script, if it is not escaped."""

TOTAL = "USD 1,200.00"
"""The total of each invoice that `Tenant` makes: 1,000.00 and a fifth of tax."""
NET_MINOR, TOTAL_MINOR = 100_000, 120_000


class Bill(NamedTuple):
    """An invoice that a test works on, with its customer."""

    id: str
    customer_id: str
    email: str
    external_id: str


class Tenant(Books):
    """One tenant of the served console."""

    currency, actor = "USD", "key:shop"

    def __init__(
        self, database: Database, engine: Engine, name: str, reasons: tuple[str, ...] = ()
    ) -> None:
        super().__init__(database, engine, new_id())
        self.name = name
        settings = Settings(void_reasons=reasons, payment_term_days=30)
        with database.connect() as connection:
            create_tenant(connection, self.id, name, "USD", "UTC", settings, now())

    def bills_a_company(self) -> None:
        """Issue invoices in every state, as the demo does."""
        for commands in demo_invoices.commands(new_id, now().date()):
            self.perform(*commands)

    def draft(self, name: str = "Juniper Books", **texts: Any) -> Bill:
        """Draft an invoice of 1,000.00 and 200.00 tax for a new customer."""
        line = texts.pop("line", NewLine(description="Office plants"))
        short = new_id()[-8:]
        address = texts.pop("email", f"billing@{short}.example")
        external_id = texts.pop("external_id", f"customer-{short}")
        customer_id = self.customer(external_id, name, address)
        draft = self.draft_command(customer_id, NET_MINOR, line=line, **texts)
        self.perform(draft)
        return Bill(draft.invoice_id, customer_id, address, external_id)

    def issued(self, name: str = "Juniper Books", **texts: Any) -> Bill:
        """Issue an invoice of 1,200.00 that nobody has paid."""
        bill = self.draft(name, **texts)
        self.perform(FinalizeInvoice(invoice_id=bill.id))
        return bill

    def paid(self, name: str = "Juniper Books", **texts: Any) -> Bill:
        """Issue an invoice of 1,200.00 and pay it by transfer."""
        bill = self.issued(name, **texts)
        memo = texts.get("memo")
        self.pay(bill.customer_id, TOTAL_MINOR, bill.id, "transfer", reference=memo)
        return bill

    def bills_hostile_texts(self) -> Bill:
        """Void a paid invoice that has `HOSTILE` in every text that others may set."""
        bill = self.paid(
            HOSTILE,
            email=f"{HOSTILE}@x.example",
            external_id=HOSTILE,
            line=NewLine(description=HOSTILE, name=HOSTILE),
            external_number=HOSTILE,
            memo=HOSTILE,
            purchase_order_number=HOSTILE,
            metadata={HOSTILE: HOSTILE},
        )
        wish = VoidInvoice(
            invoice_id=bill.id,
            reason=HOSTILE,
            comment=HOSTILE,
            note_description=HOSTILE,
            refund_minor=60_000,
            credit_minor=60_000,
            credit_to=CreditTo.WALLET,
        )
        self.perform(wish)
        self.new_key(HOSTILE)
        return bill

    def new_key(self, name: str) -> str:
        """Create an API key that can read. Return its id."""
        key_id = new_id()
        with self.database.connect() as connection:
            scopes = (KeyScope.READ,)
            create_api_key(connection, self.id, key_id, name, ApiKey.new(), now(), scopes)
        return key_id

    def new_endpoint(self, url: str, name: str, *types: str) -> str:
        """Add a webhook endpoint, by default for all types. Return its id."""
        endpoint_id = new_id()
        self.perform(
            SaveWebhookEndpoint(
                webhook_endpoint_id=endpoint_id,
                url=url,
                name=name,
                dialect="standard",
                signature="hmac",
                event_types=types or None,
            )
        )
        return endpoint_id

    def sample(self, endpoint_id: str) -> str:
        """Send a sample webhook. Return the id of its delivery."""
        with self.database.connect() as connection:
            return send_sample(connection, self.id, STANDARD, endpoint_id, None, now())

    def number(self, bill: Bill) -> str:
        """Return the number of an invoice."""
        return str(self.scalar("select number from invoice where id = %(id)s", id=bill.id))

    def commands(self, bill: Bill, command: str) -> list[tuple[str, str]]:
        """Return the actor and the outcome of each audit line with this command on an invoice."""
        found = self.rows(
            "select actor, outcome from audit where subject_id = %(id)s and command = %(command)s"
            " order by at, id",
            id=bill.id,
            command=command,
        )
        return [(str(actor), str(outcome)) for actor, outcome in found]

    def events(self, bill: Bill, kind: str) -> int:
        """Return how many events of a kind an invoice has."""
        counting = "select count(*) from event where invoice_id = %(id)s and kind = %(kind)s"
        return int(self.scalar(counting, id=bill.id, kind=kind))

    def scalar(self, statement: str, **values: object) -> Any:
        """Return the first value of a query on this tenant."""
        ((value, *_), *_) = self.rows(statement, **values)
        return value

    def rows(self, statement: str, **values: object) -> Sequence[tuple[Any, ...]]:
        """Return the rows of a query, which is limited to this tenant."""
        limited = statement.replace(" where ", " where tenant_id = %(t)s and ", 1)
        with self.database.connect() as connection:
            return connection.execute(limited.encode(), {"t": self.id, **values}).fetchall()


class Console(NamedTuple):
    """`polaris serve` on a data directory, with a busy tenant and a foreign one."""

    url: str
    data_dir: Path
    tenant: Tenant
    foreign: Tenant
    hostile: Bill
    """The invoice of the foreign tenant with hostile texts."""


PEOPLE = {Role.VIEWER: "vera", Role.OPERATOR: "olga", Role.ADMIN: "adam"}


def email(role: Role) -> str:
    """Return the e-mail of the operator with this role."""
    return f"{PEOPLE[role]}@harbour.example"


FOREIGNER = "eve@elsewhere.example"


@contextmanager
def served(data_dir: Path) -> Iterator[Console]:
    """Serve a console whose tenants have invoices and operators."""
    with ExitStack() as stack:
        database = stack.enter_context(open_database(Environment(data_dir=data_dir)))
        engine = Engine(database, connections=1)
        tenant = Tenant(database, engine, "Harbour Supplies", REASONS)
        foreign = Tenant(database, engine, f"Elsewhere {HOSTILE}")
        for one in (tenant, foreign):
            one.bills_a_company()
        people = [(email(role), tenant, role) for role in Role]
        add_operators(data_dir, [*people, (FOREIGNER, foreign, Role.ADMIN)])
        serving = stack.enter_context(Serving("serve", "--no-jobs", "--data-dir", str(data_dir)))
        yield Console(serving.url, data_dir, tenant, foreign, foreign.bills_hostile_texts())


def add_operators(data_dir: Path, people: Sequence[tuple[str, Tenant, Role]]) -> None:
    """Add operators on the command line, as an administrator does, all at the same time."""
    with ExitStack() as stack:
        for address, tenant, role in people:
            name = address.partition("@")[0].capitalize()
            given = ["--tenant", tenant.id, "--role", role, "--name", name, "--password-stdin"]
            added = subprocess.Popen(
                [str(POLARIS), "operator", "add", address, *given, "--data-dir", str(data_dir)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=ENVIRONMENT,
            )
            stack.callback(expect_added, added)


def expect_added(adding: subprocess.Popen[str]) -> None:
    """Type the password, and wait for the end of the command."""
    said, _ = adding.communicate(f"{PASSWORD}\n")
    assert adding.returncode == 0, said
