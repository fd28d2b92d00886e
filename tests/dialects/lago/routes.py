"""Every route of the dialect, with a path and a body to call it with."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from fastapi.routing import APIRoute

from polaris.dialects.lago.app import ROUTERS

PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Route(NamedTuple):
    """One verb on one path."""

    method: str
    path: str  # as `/invoices/{invoice_id}/void`

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        """The parameters of the path, each with the segment before it, so that names are unique."""
        parts = self.path.strip("/").split("/")
        return [f"{parts[at - 1]}/{part}" for at, part in enumerate(parts) if part.startswith("{")]

    def paths(self, known: dict[str, list[str]]) -> Iterator[str]:
        """Yield the path with every known value. Raises KeyError for a parameter without values."""
        blank = PARAMETER.sub("{}", self.path)
        for values in product(*(known[name] for name in self.parameters)):
            yield blank.format(*values)

    def takes(self, method: str, path: str) -> bool:
        """True if the route matches this call; a parameter may contain slashes."""
        return method == self.method and bool(re.fullmatch(PARAMETER.sub(".+", self.path), path))


def every_route() -> list[Route]:
    found = [
        Route(method, PARAMETER.sub(r"{\1}", route.path))
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]
    assert len(found) == len(set(found)) > 70
    return found


ROUTES = every_route()


def body_of(route: Route, ids: dict[str, str]) -> Any:
    """Return a valid body for the route, or None if it needs none."""
    return BODIES.get(str(route), lambda _: None)(ids)


BODIES: dict[str, Any] = {
    "PUT /invoices/{invoice_id}": lambda _: {"invoice": {"payment_status": "succeeded"}},
    "POST /invoices/{invoice_id}/void": lambda _: {"generate_credit_note": False},
    "POST /invoices/{invoice_id}/regenerate": lambda _: {"void": True},
    "POST /invoices/{invoice_id}/regenerate/preview": lambda _: {"void": True},
    "POST /invoices": lambda ids: {
        "invoice": {
            "external_customer_id": ids["external_id"],
            "currency": "EUR",
            "fees": [{"add_on_code": ids["add_on"], "unit_amount_cents": 1, "units": 1}],
        }
    },
    "POST /invoices/preview": lambda ids: {
        "customer": {"external_id": ids["external_id"]},
        "fees": [{"add_on_code": ids["add_on"]}],
    },
    "POST /credit_notes": lambda ids: {
        "credit_note": {
            "invoice_id": ids["invoice"],
            "credit_amount_cents": 120,
            "items": [{"fee_id": ids["fee"], "amount_cents": 100}],
        }
    },
    "POST /credit_notes/estimate": lambda ids: {
        "credit_note": {
            "invoice_id": ids["invoice"],
            "items": [{"fee_id": ids["fee"], "amount_cents": 100}],
        }
    },
    "PUT /credit_notes/{note_id}": lambda _: {"credit_note": {"metadata": {"k": "w"}}},
    "POST /credit_notes/{note_id}/metadata": lambda _: {"metadata": {"k": "w"}},
    "PATCH /credit_notes/{note_id}/metadata": lambda _: {"metadata": {"k": "w"}},
    "POST /payments": lambda ids: {
        "payment": {"invoice_id": ids["invoice"], "amount_cents": 1, "reference": "r"}
    },
    "POST /wallets": lambda ids: {
        "wallet": {
            "external_customer_id": ids["external_id"],
            "rate_amount": "1",
            "currency": "EUR",
            "granted_credits": "1",
        }
    },
    "PUT /wallets/{wallet_id}": lambda _: {"wallet": {"name": "Renamed"}},
    "POST /wallets/{wallet_id}/metadata": lambda _: {"metadata": {"k": "w"}},
    "PATCH /wallets/{wallet_id}/metadata": lambda _: {"metadata": {"k": "w"}},
    "POST /wallet_transactions": lambda ids: {
        "wallet_transaction": {"wallet_id": ids["wallet"], "granted_credits": "1"}
    },
    "POST /customers": lambda ids: {"customer": {"external_id": ids["external_id"]}},
    "POST /add_ons": lambda ids: {
        "add_on": {
            "name": "Mine",
            "code": ids["add_on"],
            "amount_cents": 1,
            "amount_currency": "EUR",
        }
    },
    "PUT /add_ons/{code}": lambda _: {"add_on": {"name": "Renamed"}},
    "POST /taxes": lambda ids: {"tax": {"name": "Mine", "code": ids["tax"], "rate": 1}},
    "PUT /taxes/{code}": lambda _: {"tax": {"name": "Renamed"}},
    "POST /webhook_endpoints": lambda _: {"webhook_endpoint": {"webhook_url": "https://mine.test"}},
    "PUT /webhook_endpoints/{endpoint_id}": lambda _: {
        "webhook_endpoint": {"webhook_url": "https://renamed.test"}
    },
    "PUT /organizations": lambda _: {"organization": {"city": "Mine"}},
}
"""By route."""
