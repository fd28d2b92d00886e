"""A request that is repeated under its idempotency key after its answer was lost.

The first request has changed facts, and others may have changed them since. A route checks facts,
performs commands, and answers with facts. When it runs again, it first sees the facts as they were
before the first request, and after its commands as the first request left them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec.structs import replace

from polaris.core.decision import Facts
from polaris.core.facts.event import Event
from polaris.core.facts.row import Row
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.delivery.as_of import facts_after, facts_before
from polaris.delivery.images import ROWS, image_before

R = TypeVar("R", bound=Row)

SCOPES = {
    "customer": "customers",
    "invoice": "invoices",
    "payment": "payments",
    "credit_note": "notes",
    "refund": "refunds",
    "wallet": "wallets",
    "catalogue_item": "catalogue_items",
    "tax_code": "tax_codes",
    "webhook_endpoint": "webhook_endpoints",
}
"""The field of a scope for the ids of each table."""

NAMED_BY_CODE = ("catalogue_item", "tax_code", "webhook_endpoint")
"""Tables with few rows, which a scope can find by codes that may have changed since."""


class Repetition:
    """What the first request with the key did: its events, at least one, in their order.

    `changes` are the first later events about the rows of `NAMED_BY_CODE`.
    """

    def __init__(self, events: Sequence[Event], changes: Sequence[Event]) -> None:
        self.events, self._changes = events, changes
        self.answering = False  # True once the commands are repeated: only the answer is missing

    @property
    def last_event_id(self) -> str:
        """Return the id of the last event of the first request."""
        return self.events[-1].id

    def scope(self, scope: Scope) -> Scope:
        """Return the scope with what the first request changed, and what changed since.

        Their external ids and codes may be others now.
        """
        named = {(event.subject, event.subject_id) for event in self.events}
        named |= {("customer", event.customer_id) for event in self.events if event.customer_id}
        if scope.codes_of_items or scope.codes_of_taxes:
            named |= {(event.subject, event.subject_id) for event in self._changes}
        wider: dict[str, set[str]] = {}
        for table, row_id in named:
            if field := SCOPES.get(table):
                wider.setdefault(field, set(getattr(scope, field))).add(row_id)
        return replace(scope, **wider)

    @property
    def at(self) -> datetime:
        """Return the time before or after the commands of the first request (UTC)."""
        if self.answering:
            return max(event.at for event in self.events)
        return min(event.at for event in self.events) - timedelta.resolution

    def view(self, facts: Facts, later: Sequence[Event]) -> View:
        """Return a view of the facts as the first request saw them, before or after its commands.

        `later` are the first events about these rows after the first request.
        """
        then = facts_after if self.answering else facts_before
        return View(then(facts, self.events, later), self.at)

    def rows(self, kind: type[R], present: Sequence[R]) -> list[R]:
        """Return the rows of a table of `NAMED_BY_CODE` as they were, from the present ones."""
        rows = {row.id: row for row in present}
        for event in self._changes:
            if ROWS[event.subject] is kind:
                before = image_before(event, kind)
                rows.pop(event.subject_id, None)
                if before is not None:
                    rows[before.id] = before
        return list(rows.values())
