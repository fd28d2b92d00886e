"""From an event to its webhooks: which facts to read, which types apply, and their payloads."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from polaris.core.decision import Facts
from polaris.core.facts.event import Event, EventKind
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.delivery.as_of import PastView

Payload = dict[str, object]

Condition = Callable[[Event, View], bool]
"""True if the event has a webhook of a type. The view shows the facts right after the event."""

Composer = Callable[[str, Event, View], Iterable[Payload]]
"""Returns the payloads of one type for one event: usually one, none if nothing is to be sent."""


class Declined(str):
    """The reason why a kind of event has no webhook, as a sentence."""


Types = Mapping[EventKind, tuple[str, ...] | Declined]
"""For each kind of event: the webhook types that it can have, or the reason why it has none."""


class Webhook(NamedTuple):
    """One message, before it is signed."""

    event_id: str
    type: str  # the dialect's name for it; endpoints subscribe to types
    payload: Payload

    @property
    def body(self) -> bytes:
        """The payload as JSON bytes, to be signed and sent."""
        return msgspec.json.encode(self.payload)


SCOPES = {
    "customer": "customers",
    "invoice": "invoices",
    "payment": "payments",
    "credit_note": "notes",
    "refund": "refunds",
    "wallet": "wallets",
    "lot": "lots",
}
"""The field of a scope that holds the ids of a subject, by the subject's table."""


def event_scope(event: Event) -> Scope:
    """Return the scope of the facts that the event's webhooks need."""
    scope = Scope(booked=False)
    if event.subject in SCOPES:
        getattr(scope, SCOPES[event.subject]).add(event.subject_id)
    intended = event.after.get("intended")
    scope.invoices.update(intended if isinstance(intended, dict) else ())
    if event.invoice_id:
        scope.invoices.add(event.invoice_id)
    if event.customer_id:
        scope.customers.add(event.customer_id)
    return scope


def compose(
    event: Event,
    facts: Facts,
    types: Types,
    conditions: Mapping[str, Condition],
    composer: Composer,
) -> list[Webhook]:
    """Return the webhooks of an event, in the order of its types; an empty list if it is declined.

    `facts` are those of `event_scope`, read at any time after the event. A type without a condition
    always applies.
    """
    names = types[event.kind]
    if isinstance(names, Declined):
        return []
    view = PastView(facts, event)
    return [
        Webhook(event.id, name, payload)
        for name in names
        if name not in conditions or conditions[name](event, view)
        for payload in composer(name, event, view)
    ]


# ---------------------------------------------------------------- conditions on the images


def was_created(event: Event, _: View) -> bool:
    """True if the event created its subject."""
    return event.before is None


def was_changed(event: Event, _: View) -> bool:
    """True if the subject existed before the event."""
    return event.before is not None


def after_is(field: str, value: object) -> Condition:
    """Return a condition: True if the subject's field has this value after the event."""
    return lambda event, _: event.after[field] == value


def field_changed(event: Event, field: str) -> bool:
    """True if the event changed the subject's field. Before its creation, the field is None."""
    return event.after[field] != (event.before or {}).get(field)
