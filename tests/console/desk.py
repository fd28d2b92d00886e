"""A tenant with operators at their browsers, over the real HTTP application."""

import re
from datetime import timedelta
from html import unescape

import httpx

from faults import world
from operators.staff import Staff
from polaris.core import commands
from polaris.core.commands import Command
from polaris.core.commands.values import CreditedLine, NewLine
from polaris.core.fold import Outcome
from polaris.engine import Engine, new_id, now
from polaris.operators.roles import Role
from polaris.operators.sessions import COOKIE
from polaris.operators.tokens import csrf_token
from polaris.store.server.database import Database

TODAY = now().date()  # the tenant is in UTC
LONG_AGO = TODAY - timedelta(days=40)


class Desk:
    """A fresh tenant, an operator of each role, and its books."""

    def __init__(self, client: httpx.Client, database: Database) -> None:
        self.client, self.database = client, database
        self.engine = Engine(database, connections=1)
        self.staff = Staff(database)
        self.tenant_id = self.staff.tenant_id
        self.tokens = {role: self.staff.token(self.staff.hire(role)) for role in Role}

    # ------------------------------------------------------------ the browser

    def get(self, path: str, role: Role = Role.VIEWER, status: int = 200) -> httpx.Response:
        """Open a page."""
        cookie = f"{COOKIE}={self.tokens[role]}"
        answer = self.client.get(path, headers={"cookie": cookie}, follow_redirects=False)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        return answer

    def post(
        self, path: str, fields: dict[str, str], role: Role = Role.OPERATOR, status: int = 303
    ) -> httpx.Response:
        """Send a form of the operator's session."""
        token = self.tokens[role]
        sent = {"csrf": csrf_token(token, self.tenant_id), **fields}
        answer = self.client.post(
            path, data=sent, headers={"cookie": f"{COOKIE}={token}"}, follow_redirects=False
        )
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        return answer

    def words(self, path: str, role: Role = Role.VIEWER) -> str:
        """Return the texts of a page's main part as they are read, with single spaces."""
        return text_of(self.get(path, role).text)

    # ------------------------------------------------------------ the books

    def done(self, *asked: Command) -> list[Outcome]:
        """Perform commands; none may be refused."""
        return world.done(self.engine, self.tenant_id, asked)

    def customer(self, external_id: str = "", name: str = "", email: str | None = None) -> str:
        """Create a customer. Return its id."""
        customer_id = new_id()
        external_id = external_id or customer_id
        self.done(
            commands.SaveCustomer(
                customer_id=customer_id, external_id=external_id, name=name, email=email
            )
        )
        return customer_id

    def draft(self, customer_id: str, currency: str = "EUR") -> str:
        """Create a draft of 1,200 minor units without tax. Return its id."""
        invoice_id = new_id()
        line = NewLine(description="Service", amount_minor=1200)
        self.done(
            commands.DraftInvoice(
                invoice_id=invoice_id, customer_id=customer_id, currency=currency, lines=(line,)
            )
        )
        return invoice_id

    def invoice(self, customer_id: str, overdue: bool = False, currency: str = "EUR") -> str:
        """Issue an invoice of 1,200 minor units. Return its id."""
        invoice_id = self.draft(customer_id, currency)
        day = LONG_AGO if overdue else None
        self.done(commands.FinalizeInvoice(invoice_id=invoice_id, issue_date=day))
        return invoice_id

    def paid(self, customer_id: str, amount_minor: int, invoice_id: str | None = None) -> str:
        """Receive money by card, for an invoice if one is given. Return the payment's id."""
        payment_id = new_id()
        self.done(
            commands.ReceivePayment(
                payment_id=payment_id,
                customer_id=customer_id,
                currency="EUR",
                amount_minor=amount_minor,
                method="card",
                apply_to={invoice_id: amount_minor} if invoice_id else {},
            )
        )
        return payment_id

    def note(self, customer_id: str, amount_minor: int, description: str = "Goodwill") -> str:
        """Give credit without an invoice. Return the note's id."""
        note_id = new_id()
        line = CreditedLine(amount_minor=amount_minor, description=description)
        self.done(
            commands.IssueStandaloneNote(
                note_id=note_id, customer_id=customer_id, currency="EUR", lines=(line,)
            )
        )
        return note_id


def text_of(page: str) -> str:
    """Return the texts of a page's main part, without tags and with single spaces."""
    main = page.partition("<main")[2] or page
    bare = unescape(re.sub(r"<[^>]*>", " ", main))
    return " ".join(bare.split())


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return unescape(found[1])
