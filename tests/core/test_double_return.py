"""A dispute that is lost after the money went back, in whatever order, is reported."""

import pytest

from core.asks import after, steps, told
from core.world import World
from polaris.core.facts.task import OPENED_BY

DISPUTED, CHARGED_BACK = (
    "invoice.double_return_suspected",
    "payment.double_return_suspected",
)


def warned(world: World, command: str) -> list[str]:
    """Perform a command. Return the warnings among its events."""
    for one in steps(command)[:-1]:
        world.perform(told(one))
    decision = world.perform(told(steps(command)[-1]))
    return [event.kind for event in decision.events if event.kind in OPENED_BY]


@pytest.mark.parametrize(
    ("so_far", "command", "warnings"),
    [
        # the dispute comes last
        ("paid; void refund=1200", "lose", [DISPUTED]),
        ("paid; void refund=1", "lose", [DISPUTED]),
        ("paid; void credit=500", "lose", [DISPUTED]),
        ("paid; credit credit=0 refund=600", "lose", [DISPUTED]),
        ("paid; credit", "lose", [DISPUTED]),
        ("paid; void; refund payment_id=null invoice_id=inv", "lose", [DISPUTED]),
        ("paid; void", "lose", []),
        ("paid", "lose", []),
        ("billed; void credit=500", "lose", []),  # nothing was paid, so nothing went back
        ("billed; credit credit=0 offset=600", "lose", []),
        ("paid; void credit=500; void_note of=void-note", "lose", []),
        # the dispute comes first
        ("paid; lose", "void refund=1200", [DISPUTED]),
        ("paid; lose", "void credit=500", [DISPUTED]),
        ("paid; lose", "void", []),
        ("paid; lose", "credit", [DISPUTED]),
        ("paid; lose", "credit credit=0 refund=600", [DISPUTED]),
        ("billed; lose", "credit credit=0 offset=600", []),
        ("paid; lose; void", "refund payment_id=null invoice_id=inv", [DISPUTED]),
        # the chargeback itself
        ("paid; void refund=1200", "report state=reversed", [CHARGED_BACK]),
        ("paid; credit", "report state=reversed", [CHARGED_BACK]),
        ("paid; credit credit=0 refund=600", "report state=reversed", [CHARGED_BACK]),
        ("spare; refund", "report state=reversed", [CHARGED_BACK]),
        ("paid; void", "report state=reversed", []),
        ("paid", "report state=reversed", []),
    ],
)
def test_a_double_return_is_reported(so_far: str, command: str, warnings: list[str]) -> None:
    world = after(*(step.strip() for step in so_far.split(";")))
    assert warned(world, command) == warnings
