"""The main job on a fresh tenant, told as it happens: invoices issued, paid, voided, refused."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from polaris.audit import verify
from polaris.audit.sealer import seal_pending
from polaris.cli import tables
from polaris.core.commands import (
    Command,
    DraftInvoice,
    FinalizeInvoice,
    ReceivePayment,
    SaveCustomer,
    VoidInvoice,
)
from polaris.core.commands.values import NewLine, TaxRate
from polaris.core.facts.credit_note import CreditTo
from polaris.core.facts.tenant import Settings
from polaris.core.fold import Outcome
from polaris.engine import Engine, new_id, now, request
from polaris.money import printed
from polaris.reports import ledger
from polaris.store.engine.write import create_tenant
from polaris.store.read import events, invoices
from polaris.store.server.database import Database, EngineConnection

NAME = "Polaris demo"
CURRENCY = "USD"
VAT = TaxRate(code="VAT", name="VAT", rate=Decimal(20))
NET_MINOR, TOTAL_MINOR = 100_000, 120_000
EVENTS_SHOWN = 8
NEXT = {
    "polaris invoice list --tenant $T": "all four",
    "polaris invoice show INV-000003 --tenant $T": "one, with its ledger",
    "polaris invoice explain INV-000004 --tenant $T": "what is allowed now",
    "polaris invoice void INV-000001 --preview --tenant $T": "what would be booked",
    "polaris ledger verify --tenant $T": "the proofs again",
}


def run(database: Database, console: Console, before: Iterable[str] = ()) -> None:
    """Seed a tenant, do the main job, print what happened.

    `before` are lines to type before the commands of the next steps.
    """
    tenant_id = new_id()
    with database.connect() as connection:
        create_tenant(connection, tenant_id, NAME, CURRENCY, "UTC", Settings(), now())
    with database.connect() as connection:
        connection.autocommit = True
        demo = Demo(Engine(database, connections=1), connection, tenant_id)
        for part in demo.told():
            console.print(part)
    console.print(next_steps([*before, f"T={tenant_id}"]), soft_wrap=True)


class Demo:
    """One telling, in scenes."""

    def __init__(self, engine: Engine, connection: EngineConnection, tenant_id: str) -> None:
        self.engine, self.connection, self.tenant_id = engine, connection, tenant_id

    def told(self) -> Iterator[RenderableType]:
        """Everything that is shown, as it happens."""
        yield from self.issued()
        yield from self.voided_unpaid()
        yield from self.voided_paid()
        yield from self.refused()
        yield from self.summed_up()

    def issued(self) -> Iterator[RenderableType]:
        """A draft becomes an invoice."""
        yield scene(
            "1. A draft is finalized",
            "It gets the next number of its series, without gaps, and is booked.",
        )
        customer_id, invoice_id = self.drafted("bookshop", "Bookshop")
        self.do(FinalizeInvoice(invoice_id=invoice_id))
        whole = self.invoice(invoice_id)
        yield inset(tables.spaced(tables.whole(whole), self.books(customer_id)))

    def voided_unpaid(self) -> Iterator[RenderableType]:
        """Nobody paid: a void is only the exact reversal."""
        yield scene(
            "2. An unpaid invoice is voided",
            "Nothing is deleted: every entry is reversed, and the receivable is zero again.",
        )
        customer_id, invoice_id = self.drafted("florist", "Florist")
        self.do(FinalizeInvoice(invoice_id=invoice_id))
        self.do(VoidInvoice(invoice_id=invoice_id, reason="duplicate", comment="Billed twice."))
        whole = self.invoice(invoice_id)
        yield inset(
            tables.spaced(tables.head(whole), *tables.became(whole), self.books(customer_id))
        )

    def voided_paid(self) -> Iterator[RenderableType]:
        """Money came: it is given back as refund and wallet credit, out of what was received."""
        yield scene(
            "3. A paid invoice is voided: 700.00 go back as money, 500.00 into a wallet",
            "One command decides it all: reversals, credit note, wallet, refund to ask for.",
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
            tables.spaced(tables.head(whole), *tables.became(whole), self.books(customer_id))
        )

    def refused(self) -> Iterator[RenderableType]:
        """What is asked is more than what came: nothing changes."""
        yield scene(
            "4. A void is refused",
            f"{printed(30_000, CURRENCY)} were paid, and a refund of twice as much is asked for.",
        )
        customer_id, invoice_id = self.drafted("bakery", "Bakery")
        self.do(FinalizeInvoice(invoice_id=invoice_id))
        self.paid(invoice_id, 30_000)
        outcome = self.ask(VoidInvoice(invoice_id=invoice_id, refund_minor=60_000))
        told = tables.refusals(outcome.refusals, CURRENCY)
        kept = Text("Nothing was booked for it; the attempt is in the audit.", "dim")
        yield inset(tables.spaced(told, kept, self.books(customer_id)))

    def summed_up(self) -> Iterator[RenderableType]:
        """What all of it comes to, and the proof."""
        yield scene("5. What waits to be told", "Events, written in the same breath as the change.")
        newest = events.newest_events(self.connection, self.tenant_id, limit=1000)
        yield inset(tables.events(newest[-EVENTS_SHOWN:]))
        yield inset(Text(f"The last {EVENTS_SHOWN} of {len(newest)}.", "dim"))
        yield scene("6. The books", "Every account, and the proofs that hold over them.")
        yield inset(tables.trial_balance(ledger.trial_balance(self.connection, self.tenant_id)))
        proofs = ledger.verify(self.connection, self.tenant_id).proofs
        held = sum(proof.ok for proof in proofs)
        yield inset(f"\n{held} of {len(proofs)} proofs over the ledger hold.")
        yield inset(self.sealed())

    def sealed(self) -> Text:
        """The audit, chained as a server does within a second."""
        seal_pending(self.connection, self.tenant_id)
        with self.connection.transaction():
            return tables.chain(verify.verify(self.connection, self.tenant_id))

    # ------------------------------------------------------------ asking

    def do(self, command: Command) -> Outcome:
        """Ask for what cannot be refused here."""
        outcome = self.ask(command)
        assert outcome.done, outcome
        return outcome

    def ask(self, command: Command) -> Outcome:
        """Ask the engine."""
        (outcome,) = self.engine.perform(self.tenant_id, [request(command, actor="demo")])
        return outcome

    def drafted(self, code: str, name: str) -> tuple[str, str]:
        """A new customer and a draft of 1,000.00 and tax; their ids."""
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
        """A transfer arrives for an invoice."""
        self.do(
            ReceivePayment(
                payment_id=new_id(),
                currency=CURRENCY,
                amount_minor=amount_minor,
                method="transfer",
                apply_to={invoice_id: amount_minor},
            )
        )

    # ------------------------------------------------------------ showing

    def invoice(self, invoice_id: str) -> invoices.WholeInvoice:
        """An invoice as it stands."""
        whole = invoices.whole_invoice(self.connection, self.tenant_id, invoice_id)
        assert whole is not None
        return whole

    def books(self, customer_id: str) -> RenderableType:
        """All that was booked for a customer."""
        entries = invoices.entries_of_customer(self.connection, self.tenant_id, customer_id)
        return tables.entries(entries)


def next_steps(before: Iterable[str]) -> RenderableType:
    """What to type now."""
    typed = [Text(f"  {line}") for line in before]
    typed += [Text.assemble(f"  {one:56}", (purpose, "dim")) for one, purpose in NEXT.items()]
    return Group(scene("Next", "The tenant stays. To look at it, and to go on:"), *typed)


def scene(title: str, sentence: str) -> RenderableType:
    """A heading, and what it means."""
    rule = Rule(Text(title, "bold"), align="left", style="dim")
    return Group("", rule, Text(sentence, "italic"), "")


def inset(part: RenderableType) -> RenderableType:
    """Set off from the margin."""
    return Padding(part, (0, 0, 0, 2), expand=False)
