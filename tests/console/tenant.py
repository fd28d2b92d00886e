"""A tenant with operators at their browsers, and books that are made by commands."""

import re
from datetime import date, timedelta
from functools import cache, cached_property
from html import unescape

import httpx

from console.books import Books
from operators.staff import Browser, Staff
from polaris.core import commands
from polaris.core.commands import Command
from polaris.core.commands.values import CreditedLine
from polaris.engine import Engine, new_id, now, request
from polaris.operators.roles import Role
from polaris.store.read import timeline
from polaris.store.read.invoices import WholeInvoice, whole_invoice
from polaris.store.server.database import Database

TODAY = now().date()  # the tenant is in UTC
LONG_AGO = TODAY - timedelta(days=40)
NAME = "Acme <script>alert(1)</script>"
SCRIPT = {"hx_request": "true"}
"""The header with which the page's script asks for a part of a page."""


@cache
def engine_of(database: Database) -> Engine:
    """The engine of all tenants of a database, so that the tests share its connection."""
    return Engine(database, connections=1)


class Tenant(Books):
    """A tenant: its operators at their browsers, and its books."""

    def __init__(self, staff: Staff, url: str) -> None:
        super().__init__(staff.database, engine_of(staff.database), staff.tenant_id)
        self.staff, self.url = staff, url
        self.ids: dict[str, str] = {}  # of what `fill` wrote
        self._browsers: dict[Role, Browser] = {}

    # ------------------------------------------------------------ the browsers

    def browser(self, role: Role = Role.ADMIN) -> Browser:
        """The browser in which an operator with this role is signed in."""
        if role not in self._browsers:
            operator = self.staff.hire(role)
            self._browsers[role] = Browser.signed_in(self.url, self.staff, operator)
        return self._browsers[role]

    def get(self, path: str, role: Role = Role.VIEWER, status: int = 200) -> httpx.Response:
        """Open a page."""
        answer = self.browser(role).get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        return answer

    def post(
        self, path: str, fields: dict[str, str], role: Role = Role.OPERATOR, status: int = 303
    ) -> httpx.Response:
        """Send a form of the operator's session."""
        answer = self.browser(role).post(path, fields)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        return answer

    def words(self, path: str, role: Role = Role.VIEWER) -> str:
        """Return the texts of a page's main part as they are read, with single spaces."""
        return text_of(self.get(path, role).text)

    # ------------------------------------------------------------ the books

    def refused(self, command: Command, actor: str) -> None:
        """Perform a command that must be refused."""
        (outcome,) = self.engine.perform(self.id, [request(command, actor=actor)])
        assert outcome.refusals

    @cached_property
    def acme(self) -> str:
        """The id of the customer of all invoices that name none."""
        return self.customer("acme", NAME, "pay@acme.example")

    def draft(self, customer_id: str = "", net_minor: int = 1000, currency: str = "EUR") -> str:
        """Draft an invoice, by default of 1,200 minor units with tax. Return its id."""
        draft = self.draft_command(customer_id or self.acme, net_minor, currency)
        self.perform(draft)
        return draft.invoice_id

    def invoice(
        self,
        customer_id: str = "",
        net_minor: int = 1000,
        currency: str = "EUR",
        *,
        overdue: bool = False,
        paid_minor: int = 0,
    ) -> str:
        """Issue an invoice, by default of 1,200 minor units with tax. Return its id."""
        invoice_id = self.draft(customer_id, net_minor, currency)
        day = LONG_AGO if overdue else None
        self.perform(commands.FinalizeInvoice(invoice_id=invoice_id, issue_date=day))
        if paid_minor:
            self.pay(customer_id or self.acme, paid_minor, invoice_id, "transfer")
        return invoice_id

    def record(self, net_minor: int, issued: date, due: date) -> None:
        """Record an old invoice with the number OLD-1."""
        draft = self.draft_command(self.acme, net_minor)
        self.perform(
            commands.RecordInvoice(
                invoice_id=draft.invoice_id,
                customer_id=draft.customer_id,
                currency=draft.currency,
                lines=draft.lines,
                number="OLD-1",
                series="imported",
                issue_date=issued,
                due_date=due,
            )
        )

    def note(self, customer_id: str, amount_minor: int, description: str = "Goodwill") -> str:
        """Give credit without an invoice. Return the note's id."""
        note_id = new_id()
        line = CreditedLine(amount_minor=amount_minor, description=description)
        self.perform(
            commands.IssueStandaloneNote(
                note_id=note_id, customer_id=customer_id, currency="EUR", lines=(line,)
            )
        )
        return note_id

    def fill(self) -> dict[str, str]:
        """Write books that are known by heart. Return the ids of the customer and the invoices.

        Receivables in minor units: 2,400 on an old invoice that was due 45 days ago; 700 left on
        one of 1,200 that was paid with 500; one of 1,200 was voided. A draft has a total of 720.
        """
        self.record(2000, TODAY - timedelta(days=60), TODAY - timedelta(days=45))
        paid = self.invoice(paid_minor=500)
        voided = self.invoice()
        self.perform(commands.VoidInvoice(invoice_id=voided))
        draft = self.draft(net_minor=600)
        self.ids = {"customer": self.acme, "paid": paid, "voided": voided, "draft": draft}
        return self.ids

    # ------------------------------------------------------------ what is stored

    def whole(self, invoice_id: str) -> WholeInvoice:
        """Return an invoice as it is stored."""
        with self.database.connect() as connection:
            whole = whole_invoice(connection, self.id, invoice_id)
        assert whole
        return whole

    def audited(self, invoice_id: str, command: str) -> list[tuple[str, str]]:
        """Return the actor and the outcome of each request of a command about an invoice."""
        with self.database.connect() as connection:
            found = timeline.timeline(connection, self.id, invoice_id)
        return [(one.actor, one.outcome) for one in found if one.command == command]


def text_of(page: str) -> str:
    """Return the texts of a page's main part, without tags and with single spaces."""
    main = page.partition("<main")[2] or page
    bare = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", main, flags=re.DOTALL)
    return " ".join(unescape(bare).split())


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of the form on a page that confirms a command."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    names = ("request_id", "expect", "expected", "chosen", "opened_at", "back")
    return {name: unescape(value) for name, value in found if name in names}
