"""A tenant whose invoices are made by commands, and what its pages show."""

import html
import re

import httpx

from faults import world
from operators.staff import Staff
from polaris.core.commands import (
    Command,
    FinalizeInvoice,
    ReceivePayment,
    SaveCustomer,
)
from polaris.engine import Engine, new_id
from polaris.store.read import timeline
from polaris.store.read.invoices import WholeInvoice, whole_invoice

SCRIPT = {"hx_request": "true"}


class Books:
    """A tenant with one customer, changed by commands."""

    def __init__(self, staff: Staff) -> None:
        self.staff, self.tenant_id = staff, staff.tenant_id
        self.engine = Engine(staff.database, connections=1)
        self.customer_id = new_id()
        self.do(
            SaveCustomer(
                customer_id=self.customer_id,
                external_id="acme",
                name="Acme <b>Works</b>",
                email="pay@acme.example",
            )
        )

    def do(self, *commands: Command) -> None:
        """Perform commands, of which none may be refused."""
        world.done(self.engine, self.tenant_id, commands)

    def draft(self) -> str:
        """Create a draft of EUR 12.00. Return its id."""
        invoice_id = new_id()
        self.do(world.draft(invoice_id, self.customer_id))
        return invoice_id

    def issued(self, paid_minor: int = 0) -> str:
        """Create a finalized invoice of EUR 12.00, with a payment. Return its id."""
        invoice_id = self.draft()
        self.do(FinalizeInvoice(invoice_id=invoice_id))
        if paid_minor:
            self.do(
                ReceivePayment(
                    payment_id=new_id(),
                    currency="EUR",
                    amount_minor=paid_minor,
                    method="transfer",
                    apply_to={invoice_id: paid_minor},
                )
            )
        return invoice_id

    def whole(self, invoice_id: str) -> WholeInvoice:
        """Return an invoice as it is stored."""
        with self.staff.database.connect() as connection:
            whole = whole_invoice(connection, self.tenant_id, invoice_id)
        assert whole
        return whole

    def audited(self, invoice_id: str, command: str) -> list[tuple[str, str]]:
        """Return the actor and the outcome of each request of a command about an invoice."""
        with self.staff.database.connect() as connection:
            found = timeline.timeline(connection, self.tenant_id, invoice_id)
        return [(one.actor, one.outcome) for one in found if one.command == command]


def hidden(page: httpx.Response) -> dict[str, str]:
    """Return the hidden fields of the form on a page that confirms a command."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    names = ("request_id", "expect", "expected", "back")
    return {name: html.unescape(value) for name, value in found if name in names}


def numbers(page: httpx.Response) -> list[str]:
    """Return the numbers of the listed invoices, in order."""
    return re.findall(r'class="row-link"[^>]*>([^<]*)</a>', page.text)


def counts(page: httpx.Response) -> dict[str, str]:
    """Return the number at each tab."""
    tabs = re.findall(r'>(\w+)<span class="count">([\d,]+)</span>', page.text)
    return dict(tabs)
