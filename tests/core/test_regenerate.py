"""Replacing an invoice: voided first in the same command, linked both ways, claimed once."""

import pytest

from core.asks import after, told
from core.postings import standing
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice, InvoiceKind, Line, Settlement, Status, Tax


def test_a_replacement_repeats_the_lines_and_names_them() -> None:
    world = after("draft lines=@discounted", "finalize", "void", "regenerate")
    old, new = world.the(Invoice, "inv"), world.the(Invoice, "again")
    assert (old.regenerated_as, new.regenerated_from) == ("again", "inv")
    assert (new.status, new.total_minor, new.number) == (Status.DRAFT, 960, None)
    (line,) = [row for row in world.all(Line) if row.invoice_id == "again"]
    assert (line.original_line_id, line.gross_minor, line.discount_minor) == ("l1", 1000, 200)


def test_void_and_replacement_are_one_command() -> None:
    world = after("paid", "regenerate void_first=@void status=finalized")
    assert world.the(Invoice, "inv").status is Status.VOIDED
    assert world.the(Invoice, "again").status is Status.FINALIZED


HELD = [
    ("paid; regenerate void_first=@void status=finalized", 0, 0),
    ("paid; regenerate void_first=@void status=finalized lines=@two", 600, 0),
    ("paid; regenerate void_first=@void status=finalized lines=@corrected", 0, 120),
    ("paid; regenerate void_first=@void status=finalized carry_held=false", 1200, 1200),
    ("paid; regenerate void_first=@void; finalize for=again apply=@held", 0, 0),
    ("paid; regenerate void_first=@void; finalize for=again", 1200, 1200),
    ("paid; void; regenerate status=finalized carry_held=true", 0, 0),
    ("paid; void; regenerate status=finalized apply=@held", 0, 0),
    ("paid; void; regenerate status=finalized", 1200, 1200),
    ("billed; regenerate void_first=@void status=finalized", 1200, 0),
]


@pytest.mark.parametrize(("story", "outstanding", "held"), HELD, ids=[row[0] for row in HELD])
def test_held_money_settles_the_replacement(story: str, outstanding: int, held: int) -> None:
    """Money that was paid for the voided invoice need not be paid again for its replacement."""
    world = after(*story.split("; "))
    assert world.the(Invoice, "again").outstanding_minor == outstanding
    assert sum(row.held_minor for row in world.all(Settlement)) == held
    assert standing(world).get("UNAPPLIED", 0) == -held


def test_when_the_replacement_is_refused_nothing_is_voided() -> None:
    world = after("billed")
    refused = world.refused(told("regenerate void_first=@void as=inv"))
    assert refused == ("already_exists",)
    assert world.the(Invoice, "inv").status is Status.FINALIZED


def test_when_the_number_series_is_unknown_nothing_is_voided() -> None:
    """This one is found out only while deciding, after the void was decided."""
    world = after("billed")
    refused = world.refused(told("regenerate void_first=@void status=finalized series=nothing"))
    assert refused == ("unknown_series",)
    assert world.the(Invoice, "inv").status is Status.FINALIZED


def test_an_invoice_is_replaced_once_and_its_replacement_can_be_replaced() -> None:
    world = after("billed", "void", "regenerate status=finalized")
    assert world.refused(told("regenerate as=third")) == ("already_regenerated",)
    after("void for=again", "regenerate for=again as=third", world=world)
    assert world.the(Invoice, "third").regenerated_from == "again"


def test_when_the_replacement_comes_to_nothing_another_may_take_its_place() -> None:
    for ends in ("delete for=again", "finalize for=again skip_zero=true"):
        world = after("draft lines=@free", "finalize", "void", "regenerate", ends)
        closed = world.the(Invoice, "again")
        assert (closed.status, closed.regenerated_from) == (Status.CLOSED, None)
        assert world.the(Invoice, "inv").regenerated_as is None
        after("regenerate as=third", world=world)
        assert world.the(Invoice, "inv").regenerated_as == "third"


def test_corrected_lines_replace_the_original_ones() -> None:
    world = after("billed", "void", "regenerate lines=@two")
    assert world.the(Invoice, "again").net_minor == 1500


def test_a_corrected_line_may_name_the_one_it_corrects() -> None:
    world = after("billed", "void", "regenerate lines=@corrected")
    (line,) = [row for row in world.all(Line) if row.invoice_id == "again"]
    assert (line.original_line_id, line.net_minor) == ("l1", 900)


def test_a_voided_top_up_is_sold_again() -> None:
    world = after("sold", "void for=top", "regenerate for=top status=finalized")
    again = world.the(Invoice, "again")
    assert (again.kind, again.outstanding_minor) == (InvoiceKind.TOP_UP, 1000)


def test_nothing_is_billed_again_by_itself() -> None:
    assert len(after("billed", "void").all(Invoice)) == 1


def test_it_tells_both_sides() -> None:
    world = after("billed", "regenerate void_first=@void status=finalized")
    kinds = [event.kind for event in world.events if event.command_id == "command-5"]
    assert kinds == [
        EventKind.INVOICE_VOIDED,
        EventKind.INVOICE_REGENERATED,
        EventKind.INVOICE_DRAFTED,
        EventKind.INVOICE_FINALIZED,
    ]


def test_an_edited_draft_keeps_its_old_lines_readable() -> None:
    world = after("draft", "edit lines=@two")
    revisions = sorted(row.revision for row in world.all(Line))
    assert revisions == [1, 2, 2]
    assert world.the(Invoice, "inv").total_minor == 1800
    assert {row.revision for row in world.all(Tax)} == {1, 2}
