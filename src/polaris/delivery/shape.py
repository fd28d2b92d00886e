"""From an event to the webhooks that tell it: what to read, which types apply, what they say."""

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
"""Whether an event is told as a type; the view shows the facts as the event left them."""

Composer = Callable[[str, Event, View], Iterable[Payload]]
"""The payloads of one type for one event: usually one, none when there is nothing to tell."""


class Declined(str):
    """The reason, a sentence, why an event is told to nobody."""


Types = Mapping[EventKind, tuple[str, ...] | Declined]
"""For each kind of event: the types that it may be told as, or why it is not told."""


class Webhook(NamedTuple):
    """One message, before it is signed."""

    event_id: str
    type: str  # as the dialect calls it; endpoints subscribe to types
    payload: Payload

    @property
    def body(self) -> bytes:
        """The payload as JSON: the bytes that are signed and sent."""
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
"""The field of a scope that takes the ids of a subject's table."""


def event_scope(event: Event) -> Scope:
    """What has to be read before the event's webhooks can be composed."""
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
    """The webhooks of an event, in the order of its types; none when it is declined.

    `facts` hold what `event_scope` names, read at any time since. A type without a condition always
    applies.
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
    """True if the subject was there before the event."""
    return event.before is not None


def after_is(field: str, value: object) -> Condition:
    """True if the event left this value in the subject's field."""
    return lambda event, _: event.after[field] == value


def field_changed(event: Event, field: str) -> bool:
    """True if the event changed the subject's field; a created subject had None there."""
    return event.after[field] != (event.before or {}).get(field)
