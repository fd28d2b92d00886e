"""A tenant as a client of the admin API sees it."""

from typing import Any

import httpx
import msgspec

from faults import world
from polaris.engine import new_id, now
from polaris.keys import ApiKey, KeyScope
from polaris.store.engine.write import create_api_key
from polaris.store.server.database import Database


class Admin:
    """A fresh tenant with keys, and calls of its admin API."""

    def __init__(self, database: Database, url: str) -> None:
        self.database, self.url = database, f"{url.rstrip('/')}/api/admin"
        self.tenant_id = world.tenant(database)
        self.writer = self._new_key(KeyScope.READ, KeyScope.WRITE)
        self.reader = self._new_key(KeyScope.READ)

    def _new_key(self, *scopes: KeyScope) -> str:
        key = ApiKey.new()
        with self.database.connect() as connection:
            create_api_key(connection, self.tenant_id, new_id(), "test", key, now(), scopes)
        return key.whole

    def send(self, path: str, body: bytes, key: str | None = None) -> httpx.Response:
        """Send a body. `key` is an idempotency key."""
        headers = {"Authorization": f"Bearer {self.writer}"}
        if key:
            headers["Idempotency-Key"] = key
        return httpx.post(f"{self.url}{path}", content=body, headers=headers, timeout=30)

    def get(self, path: str) -> httpx.Response:
        """Read a path."""
        return httpx.get(self.url + path, headers={"Authorization": f"Bearer {self.reader}"})

    def post(self, path: str, command: dict[str, Any], key: str | None = None) -> httpx.Response:
        """Send a command."""
        return self.send(path, msgspec.json.encode(command), key)

    def done(self, command: str, **fields: Any) -> Any:
        """Perform a command that must be done. Return the answer."""
        answer = self.post("/commands", {"command": command, **fields})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, command: str, status: int, **fields: Any) -> Any:
        """Perform a command that must be refused with this status. Return the answer."""
        answer = self.post("/commands", {"command": command, **fields})
        assert answer.status_code == status, answer.text
        return answer.json()

    def customer(self) -> str:
        """Create a customer. Return its id."""
        customer_id = new_id()
        self.done("SaveCustomer", customer_id=customer_id, external_id=customer_id)
        return customer_id

    def issue(self, invoice_id: str, customer_id: str) -> None:
        """Issue an invoice of 1,000 minor units."""
        line = {"description": "Service", "amount_minor": 1000}
        self.done(
            "IssueInvoice",
            invoice_id=invoice_id,
            customer_id=customer_id,
            currency="EUR",
            lines=[line],
        )


def draft(admin: Admin, amount_minor: int = 1000) -> str:
    """A draft of this amount and 20 % tax for a customer of its own. Return its id."""
    invoice_id, customer_id = new_id(), new_id()
    admin.done("SaveCustomer", customer_id=customer_id, external_id=customer_id, name="Ada")
    tax = {"code": "vat", "name": "VAT", "rate": "20"}
    line = {"description": "Service", "amount_minor": amount_minor, "taxes": [tax]}
    admin.done(
        "DraftInvoice", invoice_id=invoice_id, customer_id=customer_id, currency="EUR", lines=[line]
    )
    return invoice_id


def issued(admin: Admin, paid_minor: int = 0) -> str:
    """A finalized invoice of 1,200, paid by this amount. Return its id."""
    invoice_id = draft(admin)
    call(admin, f"/invoice/{invoice_id}/finalize")
    if paid_minor:
        pay(admin, invoice_id, paid_minor)
    return invoice_id


def pay(admin: Admin, invoice_id: str, amount_minor: int) -> None:
    admin.done(
        "ReceivePayment",
        payment_id=new_id(),
        currency="EUR",
        amount_minor=amount_minor,
        method="card",
        apply_to={invoice_id: amount_minor},
    )


def call(admin: Admin, path: str, status: int = 200, **body: Any) -> Any:
    answer = admin.post(path, body)
    assert answer.status_code == status, answer.text
    return answer.json()


def get(admin: Admin, path: str, status: int = 200) -> Any:
    answer = httpx.get(f"{admin.url}{path}", headers={"Authorization": f"Bearer {admin.reader}"})
    assert answer.status_code == status, answer.text
    return answer.json()
