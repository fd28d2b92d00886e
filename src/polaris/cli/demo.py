"""The demo: a new tenant whose invoices are issued, paid and voided, with the ledger printed."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from polaris.audit import verify
from polaris.audit.sealer import seal_pending
from polaris.cli import demo_invoices, tables
from polaris.core.commands import (
    Command,
    DraftInvoice,
    FinalizeInvoice,
    ReceivePayment,
    SaveCustomer,
    UpdateRefund,
    VoidInvoice,
)
from polaris.core.commands.values import NewLine, TaxRate
from polaris.core.facts.credit_note import CreditTo
from polaris.core.facts.payment import Refund, RefundState
from polaris.core.facts.tenant import Settings
from polaris.core.fold import Outcome
from polaris.engine import Engine, new_id, now, request
from polaris.money import printed
from polaris.operators.administration import FIRST_EMAIL, first_run_link, set_role
from polaris.operators.operator import find_by_email
from polaris.operators.roles import Role
from polaris.reports import ledger
from polaris.store.engine.write import create_tenant
from polaris.store.read import events, invoices
from polaris.store.server.database import Database, EngineConnection

NAME = "Polaris demo"
CURRENCY = "USD"
VAT = TaxRate(code="VAT", name="VAT", rate=Decimal(20))
NET_MINOR, TOTAL_MINOR = 100_000, 120_000
EVENTS_SHOWN = 8
COMPANY_SHOWN = 8
NEXT = {
    "polaris invoice list --tenant $T": "list all invoices",
    "polaris invoice show INV-000003 --tenant $T": "show one",
    "polaris invoice explain INV-000004 --tenant $T": "see what is allowed",
    "polaris invoice void INV-000001 --preview --tenant $T": "preview a void",
    "polaris ledger verify --tenant $T": "verify the ledger",
}


def run(database: Database, console: Console, url: str, before: Iterable[str] = ()) -> None:
    """Create the demo tenant, run all scenes, and print what happened.

    `url` is the address of the server, and `before` are shell lines to print before the commands of
    the next steps.
    """
    tenant_id = new_id()
    with database.connect() as connection:
        create_tenant(connection, tenant_id, NAME, CURRENCY, "UTC", Settings(), now())
    with database.connect() as connection:
        connection.autocommit = True
        demo = Demo(Engine(database, connections=1), connection, tenant_id)
        for part in demo.scenes():
            console.print(part)
    console.print(next_steps([*before, f"T={tenant_id}"]), soft_wrap=True)
    with database.connect() as connection:
        console.print(sign_in_steps(connection, tenant_id, url), soft_wrap=True)


class Demo:
    """One run of the demo, in scenes."""

    def __init__(self, engine: Engine, connection: EngineConnection, tenant_id: str) -> None:
        self.engine, self.connection, self.tenant_id = engine, connection, tenant_id

    def scenes(self) -> Iterator[RenderableType]:
        """Perform all scenes, and yield what to print."""
        yield from self.issued()
        yield from self.voided_unpaid()
        yield from self.voided_paid()
        yield from self.refused()
        yield from self.company()
        yield from self.summed_up()

    def company(self) -> Iterator[RenderableType]:
        """Issue the other invoices of the tenant, in sets."""
        bills = len(demo_invoices.BILLS)
        yield scene(
            "5. A company bills",
            f"{bills} more invoices: drafts, pending, overdue, paid, credited, voided.",
        )
        for commands in demo_invoices.commands(new_id, now().date()):
            requests = [request(command, actor="demo") for command in commands]
            outcomes = self.engine.perform(self.tenant_id, requests)
            assert all(outcome.done for outcome in outcomes), outcomes
        for refund_id in outcomes[-1].added(Refund):
            self.do(UpdateRefund(refund_id=refund_id, state=RefundState.FAILED))
        listed = invoices.invoices(
            self.connection, self.tenant_id, status="finalized", limit=COMPANY_SHOWN
        )
        yield inset(tables.invoices(listed))
        yield inset(Text("The console shows all of them. A refund failed: that is a task.", "dim"))

    def issued(self) -> Iterator[RenderableType]:
        """Finalize a draft."""
        yield scene(
            "1. A draft is finalized",
            "It gets the next number of its series, without a gap, and is booked.",
        )
        customer_id, invoice_id = self.drafted("bookshop", "Bookshop")
        self.do(FinalizeInvoice(invoice_id=invoice_id))
        whole = self.invoice(invoice_id)
        yield inset(tables.spaced(tables.whole(whole), self.books(customer_id)))

    def voided_unpaid(self) -> Iterator[RenderableType]:
        """Void an unpaid invoice: its entries are reversed, and nothing else happens."""
        yield scene(
            "2. An unpaid invoice is voided",
            "Nothing is deleted. Every entry is reversed, so the receivable is zero again.",
        )
        customer_id, invoice_id = self.drafted("florist", "Florist")
        self.do(FinalizeInvoice(invoice_id=invoice_id))
        self.do(VoidInvoice(invoice_id=invoice_id, reason="duplicate", comment="Billed twice."))
        whole = self.invoice(invoice_id)
        yield inset(
            tables.spaced(tables.head(whole), *tables.follow_ups(whole), self.books(customer_id))
        )

    def voided_paid(self) -> Iterator[RenderableType]:
        """Void a paid invoice: the money goes back as a refund and as wallet credit."""
        yield scene(
            "3. A paid invoice is voided: 700.00 as a refund, 500.00 as wallet credit",
            "One command makes the reversals, the credit note, the wallet and the refund request.",
        )
        customer_id, invoice_id = self.drafted("garage", "Garage")
        self.do(FinalizeInvoice(invoice_id=invoice_id))
        self.paid(invoice_id, TOTAL_MINOR)
        self.do(
            VoidInvoice(
                invoice_id=invoice_id,
                reason="order_change",
                credit_minor=50_000,
                credit_to=CreditTo.WALLET,
                refund_minor=70_000,
            )
        )
        whole = self.invoice(invoice_id)
        yield inset(
            tables.spaced(tables.head(whole), *tables.follow_ups(whole), self.books(customer_id))
        )

    def refused(self) -> Iterator[RenderableType]:
        """Ask for a larger refund than the money received: the void is refused."""
        yield scene(
            "4. A void is refused",
            f"{printed(30_000, CURRENCY)} were paid, and the void asks for a refund of twice that.",
        )
        customer_id, invoice_id = self.drafted("bakery", "Bakery")
        self.do(FinalizeInvoice(invoice_id=invoice_id))
        self.paid(invoice_id, 30_000)
        outcome = self.ask(VoidInvoice(invoice_id=invoice_id, refund_minor=60_000))
        refused = tables.refusals(outcome.refusals, CURRENCY)
        note = Text("The void booked nothing. The attempt is in the audit log.", "dim")
        yield inset(tables.spaced(refused, note, self.books(customer_id)))

    def summed_up(self) -> Iterator[RenderableType]:
        """Show the events, the balances and the proofs."""
        yield scene("6. The events", "They are written in the same transaction as the changes.")
        newest = events.newest_events(self.connection, self.tenant_id, limit=1000)
        yield inset(tables.events(newest[-EVENTS_SHOWN:]))
        yield inset(Text(f"These are the last {EVENTS_SHOWN} of {len(newest)} events.", "dim"))
        yield scene("7. The books", "The balance of every account, and the proofs of the ledger.")
        yield inset(tables.trial_balance(ledger.trial_balance(self.connection, self.tenant_id)))
        proofs = ledger.verify(self.connection, self.tenant_id).proofs
        held = sum(proof.ok for proof in proofs)
        yield inset(f"\n{held} of {len(proofs)} proofs of the ledger hold.")
        yield inset(self.sealed())

    def sealed(self) -> Text:
        """Seal and verify the audit log. A running server seals it within a second."""
        seal_pending(self.connection, self.tenant_id)
        with self.connection.transaction():
            return tables.chain(verify.verify(self.connection, self.tenant_id))

    # ------------------------------------------------------------ commands

    def do(self, command: Command) -> Outcome:
        """Perform a command that must succeed."""
        outcome = self.ask(command)
        assert outcome.done, outcome
        return outcome

    def ask(self, command: Command) -> Outcome:
        """Perform a command, and return its outcome."""
        (outcome,) = self.engine.perform(self.tenant_id, [request(command, actor="demo")])
        return outcome

    def drafted(self, code: str, name: str) -> tuple[str, str]:
        """Create a customer and a draft of 1,000.00 plus tax. Return both ids."""
        customer_id, invoice_id = new_id(), new_id()
        self.do(SaveCustomer(customer_id=customer_id, external_id=code, name=name))
        lines = (
            NewLine(description="Twelve months of tea", amount_minor=90_000, taxes=(VAT,)),
            NewLine(description="Delivery", amount_minor=10_000, taxes=(VAT,)),
        )
        self.do(
            DraftInvoice(
                invoice_id=invoice_id, customer_id=customer_id, currency=CURRENCY, lines=lines
            )
        )
        return customer_id, invoice_id

    def paid(self, invoice_id: str, amount_minor: int) -> None:
        """Receive a payment for an invoice."""
        self.do(
            ReceivePayment(
                payment_id=new_id(),
                currency=CURRENCY,
                amount_minor=amount_minor,
                method="transfer",
                apply_to={invoice_id: amount_minor},
            )
        )

    # ------------------------------------------------------------ reads

    def invoice(self, invoice_id: str) -> invoices.WholeInvoice:
        """Return an invoice as it is now."""
        whole = invoices.whole_invoice(self.connection, self.tenant_id, invoice_id)
        assert whole is not None
        return whole

    def books(self, customer_id: str) -> RenderableType:
        """Return all entries of a customer."""
        entries = invoices.entries_of_customer(self.connection, self.tenant_id, customer_id)
        return tables.entries(entries)


def next_steps(before: Iterable[str]) -> RenderableType:
    """Return commands to try next."""
    typed = [Text(f"  {line}") for line in before]
    typed += [Text.assemble(f"  {line:56}", (why, "dim")) for line, why in NEXT.items()]
    return Group(scene("Next", "The demo tenant is kept. Try these commands:"), *typed)


def sign_in_steps(connection: EngineConnection, tenant_id: str, url: str) -> RenderableType:
    """Return how to sign in to the console. The first demo makes the first operator.

    In later demos that operator becomes an administrator of the new tenant too. Commits nothing.
    """
    if path := first_run_link(connection, tenant_id):
        sentence = f"Set the password of {FIRST_EMAIL} with this link. It works once."
        return Group(scene("The console", sentence), Text(url + path))
    known = find_by_email(connection, FIRST_EMAIL)
    if known is None:
        add = f"polaris operator add EMAIL --role admin --link --tenant {tenant_id}"
        return Group(
            scene("The console", f"Add an operator of the demo tenant at {url}:"), Text(add)
        )
    set_role(connection, known, tenant_id, Role.ADMIN, "demo")
    return scene("The console", f"Sign in as {FIRST_EMAIL} at {url}.")


def scene(title: str, sentence: str) -> RenderableType:
    """Return a heading with a sentence of explanation."""
    rule = Rule(Text(title, "bold"), align="left", style="dim")
    return Group("", rule, Text(sentence, "italic"), "")


def inset(part: RenderableType) -> RenderableType:
    """Return the part with an indent of two columns."""
    return Padding(part, (0, 0, 0, 2), expand=False)
