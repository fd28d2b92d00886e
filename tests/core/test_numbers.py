"""Numbers: drawn at finalization, gapless in their series, whoever counts together."""

import pytest

from core.asks import after, new_world, told
from core.world import World
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.series import Series, SeriesScope
from polaris.core.facts.tenant import Settings

LAGO = Settings(
    invoice_scope=SeriesScope.CUSTOMER,
    invoice_format="ABC-{customer}-{next:03}",
    note_scope=SeriesScope.INVOICE,
    note_format="{invoice}-CN{next:03}",
)


def numbers(world: World) -> list[str | None]:
    return [row.number for row in world.all(Invoice)]


def test_a_draft_takes_no_number_and_leaves_no_gap() -> None:
    world = after("draft", "delete", "draft for=b lines=@two", "finalize for=b")
    assert numbers(world) == [None, "INV-000001"]


def test_a_refused_command_takes_no_number() -> None:
    world = after("draft")
    world.refused(told("finalize series=nothing"))
    world.refused(told("finalize issue_date=9999-01-01"))
    after("finalize", world=world)
    assert numbers(world) == ["INV-000001"]


def test_a_void_keeps_its_number_used() -> None:
    world = after("billed", "void", "regenerate status=finalized")
    assert numbers(world) == ["INV-000001", "INV-000002"]


def test_a_given_number_is_outside_every_series() -> None:
    world = after("record number=OLD-7", "draft for=b lines=@two", "finalize for=b")
    assert numbers(world) == ["OLD-7", "INV-000001"]
    assert world.the(Invoice, "inv").series is None


def test_a_recorded_invoice_without_a_number_gets_the_next() -> None:
    assert numbers(after("record")) == ["INV-000001"]


def test_series_may_be_of_a_customer_and_of_an_invoice() -> None:
    world = after("billed", world=new_world(LAGO))
    after(
        *("draft for=b lines=@two", "finalize for=b"),
        *("draft for=c customer_id=c2 lines=@other", "finalize for=c"),
        *("credit", "credit of=more"),
        world=world,
    )
    assert numbers(world) == ["ABC-001-001", "ABC-001-002", "ABC-002-001"]
    notes = [row.number for row in world.all(CreditNote)]
    assert notes == ["ABC-001-001-CN001", "ABC-001-001-CN002"]


def test_a_note_of_no_invoice_counts_with_the_tenants() -> None:
    world = after("standalone", world=new_world(LAGO))
    assert world.the(CreditNote, "alone").series == "note"


def test_a_series_of_an_owner_begins_when_it_is_first_used() -> None:
    world = after("billed", world=new_world(LAGO))
    assert world.the(Series, "invoice/c1").next == 2
    assert "invoice/c2" not in {row.id for row in world.all(Series)}


def test_customers_are_counted_from_one() -> None:
    world = after("customer", "customer name=Changed")
    assert [row.sequence for row in world.all(Customer)] == [1, 2, 3]


@pytest.mark.parametrize("policy", ["none", "requested", "requested_and_voided_remainder"])
def test_notes_of_a_void_are_numbered_one_after_another(policy: str) -> None:
    world = after("billed", f"void credit=300 note={policy}")
    drawn = [row.number for row in world.all(CreditNote)]
    assert drawn == ["CN-000001", "CN-000002"][: len(drawn)]
    assert world.the(Series, "note").next == len(drawn) + 1
