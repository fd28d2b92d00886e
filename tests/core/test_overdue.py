"""The mark of an overdue invoice: when it is set, what clears it, and by whose day it counts."""

from datetime import datetime

import pytest

from core.asks import after, told
from core.world import NOON, World
from polaris.core.balances.projections import overdue
from polaris.core.commands import SaveCustomer
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice


def marked_since(world: World) -> datetime | None:
    return world.the(Invoice, "inv").overdue_since


def announced(world: World) -> int:
    """How often the invoice was announced as overdue."""
    return sum(event.kind is EventKind.INVOICE_OVERDUE for event in world.events)


def test_an_overdue_invoice_is_marked_with_the_time_and_announced_once() -> None:
    world = after("late", "overdue")
    assert marked_since(world) == NOON
    (event,) = (one for one in world.events if one.kind is EventKind.INVOICE_OVERDUE)
    assert (event.invoice_id, event.customer_id) == ("inv", "c1")
    assert event.before is not None and event.before["overdue_since"] is None
    assert event.after["overdue_since"] == NOON


CLEARS = {
    "pay": True,
    "pay amount=1199": False,
    "void": True,
    "write_off": True,
    "write_off amount=1199": False,
    "lose": True,
    "annotate payment_status=succeeded": True,
    "annotate payment_status=failed": False,
    "annotate": False,
}


@pytest.mark.parametrize("command", CLEARS)
def test_what_ends_being_overdue_clears_the_mark(command: str) -> None:
    """The mark stands exactly as long as the invoice is overdue."""
    world = after("late", "overdue", command)
    assert (marked_since(world) is None) == CLEARS[command]
    assert overdue(world.the(Invoice, "inv"), NOON.date()) != CLEARS[command]


def test_an_invoice_that_becomes_overdue_anew_is_announced_again() -> None:
    world = after("late", "overdue", "pay", "remove", "overdue")
    assert announced(world) == 2


def test_the_day_counts_in_the_time_zone_of_the_invoice() -> None:
    """At noon UTC on 10 March it is 11 March at 01:00 in Auckland, and the due date has passed."""
    world = after()
    world.perform(SaveCustomer(customer_id="c1", external_id="x1", timezone="Pacific/Auckland"))
    after("draft issue_date=2026-03-10", "finalize", world=world)
    world.wait(hours=-1.5)  # 10 March, 23:30 in Auckland
    assert world.refused(told("overdue")) == ("not_overdue",)
    world.wait(hours=1)  # 11 March, 00:30 in Auckland
    assert world.refused(told("overdue")) == ()


def test_an_expired_wallet_ends_and_its_purchased_credits_are_still_owed() -> None:
    world = after("landed")
    wallet = "change_wallet expires_at=2026-03-10T13:00:00Z"
    after(wallet, world=world)
    assert world.refused(told("expire_wallet")) == ("wallet_not_expired",)
    owed = world.books()
    world.wait(hours=1)
    assert world.refused(told("expire_wallet")) == ()
    assert world.books() == owed
    assert world.events[-1].kind is EventKind.WALLET_TERMINATED
