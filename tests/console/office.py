"""A tenant with a few invoices whose books are known by heart, and its operators' browsers."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

from operators.staff import Browser, Staff
from polaris.core.commands import (
    Command,
    DraftInvoice,
    FinalizeInvoice,
    ReceivePayment,
    RecordInvoice,
    SaveCustomer,
    VoidInvoice,
)
from polaris.core.commands.values import NewLine, TaxRate
from polaris.engine import Engine, new_id, now, request
from polaris.operators.roles import Role
from polaris.store.server.database import Database

VAT = TaxRate(code="VAT", name="VAT", rate=Decimal(20))
NAME = "Acme <script>alert(1)</script>"


def text_of(html: str) -> str:
    """The text of a page as a person reads it, with single spaces."""
    visible = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(visible))


class Office:
    """A fresh tenant, and browsers of its operators."""

    def __init__(self, database: Database, url: str) -> None:
        self.database, self.url = database, url
        self.staff = Staff(database)
        self.tenant_id = self.staff.tenant_id
        self.engine = Engine(database, connections=1)
        self.today = now().date()
        self.ids: dict[str, str] = {}  # of what `fill` wrote

    def browser(self, role: Role = Role.ADMIN) -> Browser:
        """A browser in which an operator with this role is signed in."""
        return Browser.signed_in(self.url, self.staff, self.staff.hire(role))

    def does(self, *commands: Command, actor: str = "system") -> None:
        """Perform commands in order; none may be refused."""
        asked = [request(command, actor=actor) for command in commands]
        for outcome in self.engine.perform(self.tenant_id, asked):
            assert outcome.done, outcome.refusals

    def refused(self, command: Command, actor: str) -> None:
        """Perform a command that must be refused."""
        (outcome,) = self.engine.perform(self.tenant_id, [request(command, actor=actor)])
        assert outcome.refusals

    def draft(self, customer_id: str, net_minor: int) -> DraftInvoice:
        """A draft with one line, and a fifth of tax."""
        return DraftInvoice(
            invoice_id=new_id(),
            customer_id=customer_id,
            currency="EUR",
            lines=(NewLine(id=new_id(), amount_minor=net_minor, taxes=(VAT,)),),
        )

    def drafted(self, customer_id: str, net_minor: int) -> str:
        """Draft an invoice. Return its id."""
        draft = self.draft(customer_id, net_minor)
        self.does(draft)
        return draft.invoice_id

    def finalized(self, customer_id: str, net_minor: int) -> str:
        """Draft and finalize an invoice. Return its id."""
        invoice_id = self.drafted(customer_id, net_minor)
        self.does(FinalizeInvoice(invoice_id=invoice_id))
        return invoice_id

    def recorded(self, customer_id: str, net_minor: int, issued: date, due: date) -> None:
        """Record an old invoice with the number OLD-1."""
        draft = self.draft(customer_id, net_minor)
        self.does(
            RecordInvoice(
                invoice_id=draft.invoice_id,
                customer_id=customer_id,
                currency="EUR",
                lines=draft.lines,
                number="OLD-1",
                series="imported",
                issue_date=issued,
                due_date=due,
            )
        )

    def fill(self) -> dict[str, str]:
        """Write the books. Return the ids of the customer and the invoices.

        Receivables in minor units: 2,400 on an old invoice that was due 45 days ago; 700 left on
        one of 1,200 that was paid with 500; one of 1,200 was voided. A draft has a total of 720.
        """
        customer = new_id()
        self.does(SaveCustomer(customer_id=customer, external_id="acme", name=NAME))
        self.recorded(
            customer, 2000, self.today - timedelta(days=60), self.today - timedelta(days=45)
        )
        paid = self.finalized(customer, 1000)
        self.does(
            ReceivePayment(
                payment_id=new_id(), currency="EUR", amount_minor=500, apply_to={paid: 500}
            )
        )
        voided = self.finalized(customer, 1000)
        self.does(VoidInvoice(invoice_id=voided))
        draft = self.drafted(customer, 600)
        self.ids = {"customer": customer, "paid": paid, "voided": voided, "draft": draft}
        return self.ids
