"""A tenant for tests, with the vendor's unmodified client on a served Polaris."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from highlevel import HighLevel
from highlevel.error import GHLError

from dialects.lago.books import Books as EngineBooks
from polaris.core import commands
from polaris.core.facts.tenant import Settings
from polaris.store.server.database import Database

CARA = {"id": "contact_1", "name": "Cara", "email": "cara@example.com", "phoneNo": "+1 555 0100"}
OVEN = {"name": "Oven", "currency": "USD", "amount": 999, "qty": 1}


class Books(EngineBooks):
    """A fresh tenant with a key, the vendor's client for it, and the engine."""

    def __init__(self, database: Database, url: str, settings: Settings | None = None) -> None:
        super().__init__(database, url, settings or Settings())
        self.location = {"altId": self.tenant_id.replace("-", "")[:24], "altType": "location"}
        # The client's annotations are wrong in places; so it is taken as it is at run time.
        self.loop = asyncio.Runner()  # the client's connections live in one event loop
        self.ghl: Any = self.loop.run(client_of(url, self.key))

    def call(self, name: str, *asked: Any, **named: Any) -> Any:
        """Call the client's function about invoices. Return the answer, or raise GHLError."""
        return self.loop.run(getattr(self.ghl.invoices, name)(*asked, **named))

    def close(self) -> None:
        """Close the client's connections."""
        self.loop.run(self.ghl.close())
        self.loop.close()

    def raw(self, method: str, path: str, key: str | None = None, **asked: Any) -> httpx.Response:
        """A call by hand; `path` begins after /invoices."""
        headers = {"Authorization": f"Bearer {key or self.key}", "Version": "v3"}
        headers |= asked.pop("headers", {})
        with httpx.Client(verify=False, headers=headers, timeout=30) as client:
            return client.request(method, f"{self.url}/invoices{path}", **asked)

    # ---------------------------------------------------------------- steps

    def body(self, **changes: Any) -> dict[str, Any]:
        """The body of a new invoice over 999 dollars."""
        return {
            **self.location,
            "name": "New Invoice",
            "businessDetails": {"name": "Acme"},
            "currency": "USD",
            "items": [OVEN],
            "discount": {"type": "percentage", "value": 0},
            "contactDetails": CARA,
            "issueDate": "2026-01-05",
            "dueDate": "2026-01-19",
            "sentTo": {"email": ["cara@example.com"]},
            "liveMode": True,
            **changes,
        }

    def drafted(self, **changes: Any) -> Any:
        """A draft."""
        return self.call("create_invoice", self.body(**changes))

    def sent(self, **changes: Any) -> Any:
        """An issued invoice."""
        draft = self.drafted(**changes)
        return self.send(draft["_id"])

    def send(self, invoice_id: str) -> Any:
        """Send the draft. Return the invoice."""
        sending = {"userId": "u1", "action": "send_manually", "liveMode": True}
        return self.call("send_invoice", invoice_id, {**self.location, **sending})["invoice"]

    def record(self, invoice_id: str, **payment: Any) -> Any:
        """Record a payment. Return the invoice."""
        asked = {**self.location, "mode": "cash", "card": {}, "cheque": {}, "notes": "", **payment}
        answer = self.call("record_invoice", invoice_id, asked)
        assert answer["success"] is True
        return answer["invoice"]

    def void(self, invoice_id: str) -> Any:
        """Void the invoice."""
        return self.call("void_invoice", invoice_id, self.location)

    def show(self, invoice_id: str) -> Any:
        """The invoice as it is now."""
        return self.call("get_invoice", invoice_id, *self.location.values())

    def row_id(self, shown: Any) -> str:
        """The whole id of a shown invoice."""
        with self.database.connect() as connection:
            found = connection.execute(
                "select id::text from invoice where tenant_id = %s and id::text like %s",
                [self.tenant_id, f"{shown['_id'][:8]}-{shown['_id'][8:12]}%"],
            ).fetchall()
        matching = [one for (one,) in found if one.replace("-", "").startswith(shown["_id"])]
        assert len(matching) == 1
        return str(matching[0])

    def set(self, **settings: object) -> None:
        """Change settings of the dialect."""
        self.done(
            commands.SaveTenant(tenant_id=self.tenant_id, details={"highlevel": dict(settings)})
        )


async def client_of(url: str, key: str) -> Any:
    """Return the vendor's client for a server. Its address is an attribute of the class.

    Outside of an event loop the client would make one and not close it.
    """
    before, HighLevel.BASE_URL = HighLevel.BASE_URL, url.rstrip("/")
    try:
        return HighLevel(private_integration_token=key)
    finally:
        HighLevel.BASE_URL = before


@contextmanager
def refused(status: int, message: str | list[str]) -> Iterator[None]:
    """Expect that the client raises its error with this status and message."""
    with pytest.raises(GHLError) as raised:
        yield
    assert (raised.value.status_code, raised.value.response["message"]) == (status, message)
