"""From events to webhooks, with a dialect for tests."""

import json
from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from core.asks import new_world
from core.world import World
from delivery.stored import step
from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.invoice import Invoice
from polaris.core.scope import Scope
from polaris.core.view import View
from polaris.delivery.shape import (
    Condition,
    Declined,
    Payload,
    Types,
    Webhook,
    after_is,
    compose,
    event_scope,
    field_changed,
    was_changed,
    was_created,
)

NOTHING = Declined("Nobody asks for it.")
TYPES: Types = {
    **dict.fromkeys(EventKind, NOTHING),
    EventKind.INVOICE_VOIDED: ("Void",),
    EventKind.INVOICE_SETTLED: ("Paid",),
    EventKind.INVOICE_FINALIZED: ("New", "Sent", "Replaced"),
}
CONDITIONS: dict[str, Condition] = {
    "New": was_created,
    "Sent": was_changed,
    "Replaced": lambda event, view: (
        view.the(Invoice, event.subject_id).regenerated_from is not None
    ),
}


def payloads(name: str, event: Event, view: View) -> Iterable[Payload]:
    """A payload shows the amount due at the time of the event, even after a void."""
    invoice = view.the(Invoice, event.subject_id)
    at_void = invoice.outstanding_at_void_minor
    due = invoice.outstanding_minor if at_void is None else at_void
    yield {"type": name, "webhookId": event.id, "total": invoice.total_minor, "amountDue": due}


def composed(world: World, events: list[Event]) -> list[Webhook]:
    return [
        one for event in events for one in compose(event, world.facts, TYPES, CONDITIONS, payloads)
    ]


def amounts(webhooks: list[Webhook]) -> list[tuple[str, object, object]]:
    return [(one.type, one.payload["total"], one.payload["amountDue"]) for one in webhooks]


def test_each_event_is_told_with_what_was_due_then_however_late() -> None:
    world = new_world()
    events = step(world, "billed", "pay amount=600", "pay payment_id=rest amount=600")
    events += step(world, "void", "regenerate", "finalize for=again")
    assert amounts(composed(world, events)) == [
        ("Sent", 1200, 1200),
        ("Paid", 1200, 0),
        ("Void", 1200, 0),
        ("Sent", 1200, 1200),
        ("Replaced", 1200, 1200),
    ]


def test_a_void_tells_what_was_outstanding_at_the_void() -> None:
    world = new_world()
    events = step(world, "partly", "void", "remove", "regenerate")
    (webhook,) = [one for one in composed(world, events) if one.type == "Void"]
    assert amounts([webhook]) == [("Void", 1200, 600)]
    assert json.loads(webhook.body) == webhook.payload
    assert webhook.event_id == webhook.payload["webhookId"]


def test_a_declined_event_is_told_to_nobody() -> None:
    world = new_world()
    assert composed(world, step(world, "draft")) == []


def test_conditions_look_at_the_images() -> None:
    world = new_world()
    events = step(world, "issue", "annotate payment_status=failed")
    view = View(world.facts, world.at)
    issued, annotated = events[0], events[-1]
    assert (was_created(issued, view), was_changed(issued, view)) == (True, False)
    assert (was_created(annotated, view), was_changed(annotated, view)) == (False, True)
    assert after_is("payment_status_asserted", "failed")(annotated, view)
    assert not after_is("payment_status_asserted", "failed")(issued, view)
    assert field_changed(annotated, "payment_status_asserted")
    assert not field_changed(annotated, "total_minor")
    assert field_changed(issued, "total_minor")
    assert not field_changed(issued, "payment_status_asserted")


@pytest.mark.parametrize(
    ("story", "then", "scope"),
    [
        ("draft", "finalize", Scope(invoices={"inv"}, customers={"c1"})),
        ("paid", "credit", Scope(notes={"note"}, invoices={"inv"}, customers={"c1"})),
        ("spare", "refund", Scope(refunds={"refund"}, customers={"c1"})),
        ("wallet", "grant", Scope(lots={"lot"}, customers={"c1"})),
        ("wallet", "terminate", Scope(wallets={"wallet"}, customers={"c1"})),
        ("billed", "write_off", Scope(invoices={"inv"}, customers={"c1"})),
        ("draft", "tax", Scope()),
    ],
)
def test_what_an_event_names_has_to_be_read(story: str, then: str, scope: Scope) -> None:
    world = new_world()
    step(world, story)
    event = step(world, then)[-1]
    assert event_scope(event) == replace(scope, booked=False)


def test_the_invoices_that_a_payment_was_meant_for_have_to_be_read() -> None:
    world = new_world()
    step(world, "billed", "issue for=two lines=@two")
    (event,) = step(world, 'pay state=failed apply_to={"inv":5,"two":5}')
    scope = event_scope(event)
    assert (scope.payments, scope.invoices) == ({"pay"}, {"inv", "two"})
