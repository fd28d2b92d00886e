"""An invoice written down and finalized at once; one over nothing that is skipped."""

import pytest

from core.asks import after, told
from core.postings import booked, written
from core.world import World
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, Status
from polaris.core.facts.series import Series

SAME = {
    "issue": ("draft", "finalize"),
    "issue lines=@discounted": ("draft lines=@discounted", "finalize"),
    "issue apply=@credit": ("draft", "finalize apply=@credit"),
    "issue issue_date=2026-03-05": ("draft issue_date=2026-03-05", "finalize"),
}


@pytest.mark.parametrize("at_once", SAME)
def test_it_books_what_a_draft_that_is_finalized_books(at_once: str) -> None:
    so_far = ("wallet", "grant", "standalone", "spare amount=100")
    postings = booked(*so_far, at_once)
    assert postings == booked(*so_far, *SAME[at_once])
    assert len(postings) >= 2


def told_events(world: World, command: str) -> list[tuple[str, bool]]:
    """The events of a command, and whether each has a before."""
    events = world.perform(told(command)).events
    return [(event.kind, event.before is not None) for event in events]


def test_nobody_hears_of_a_draft() -> None:
    assert told_events(after(), "issue") == [(EventKind.INVOICE_FINALIZED, False)]


def test_one_over_nothing_settles_itself() -> None:
    assert told_events(after(), "issue lines=@free") == [
        (EventKind.INVOICE_FINALIZED, False),
        (EventKind.INVOICE_SETTLED, True),
    ]


SKIPPED = {
    "issue lines=@free skip_zero=true": ((), False),
    "finalize skip_zero=true": (("draft lines=@free",), True),
}


@pytest.mark.parametrize("command", SKIPPED)
def test_one_over_nothing_can_be_skipped_and_takes_no_number(command: str) -> None:
    so_far, known = SKIPPED[command]
    world = after(*so_far)
    decision = world.perform(told(command))
    assert [(one.kind, one.before is not None) for one in decision.events] == [
        (EventKind.INVOICE_CLOSED, known)
    ]
    invoice = world.the(Invoice, "inv")
    assert (invoice.status, invoice.number, written(decision)) == (Status.CLOSED, None, [])
    assert world.the(Series, "invoice").next == 1


def test_one_over_something_is_not_skipped() -> None:
    world = after(
        "issue skip_zero=true", "draft for=two lines=@two", "finalize for=two skip_zero=true"
    )
    assert [row.number for row in world.all(Invoice)] == ["INV-000001", "INV-000002"]


def test_one_over_what_is_given_away_is_not_skipped() -> None:
    """The customer sees what it was worth; only lines that come to nothing are left out."""
    world = after("draft lines=@given_away", "finalize skip_zero=true")
    invoice = world.the(Invoice, "inv")
    assert (invoice.status, invoice.total_minor) == (Status.FINALIZED, 0)
