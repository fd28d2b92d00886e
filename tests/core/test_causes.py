"""An effect is never dated before its cause: default days are moved, days asked for are refused."""

from datetime import UTC, date, datetime

import pytest

from core.asks import after, new_world, told
from core.world import World
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.tenant import Settings, VoidDated
from polaris.core.ledger.posting import Entry
from polaris.core.refusals import DatedBeforeCause

ISSUED = "finalize issue_date=2026-03-01"
EARLY = "pay received_at=2026-01-26T12:00:00Z"  # six weeks before today
AHEAD = "pay received_at=2026-04-20T12:00:00Z"
TODAY = date(2026, 3, 10)
APRIL_20 = date(2026, 4, 20)


def booked(world: World) -> list[tuple[str, date]]:
    """The kinds and days of the last command's entries; `~` before a reversal."""
    entries = world.all(Entry)
    last = [row for row in entries if row.command_id == entries[-1].command_id]
    return [(("~" if row.reverses else "") + row.kind, row.accounting_date) for row in last]


def first_possible(world: World, command: str) -> object:
    """The first possible day that a refusal names."""
    with pytest.raises(DatedBeforeCause) as refused:
        world.perform(told(command))
    return refused.value.details["first_possible_day"]


def test_an_early_payment_is_received_on_its_day_and_applied_on_the_invoices() -> None:
    world = after("billed", EARLY)
    received = ("payment_received", date(2026, 1, 26))
    assert booked(world) == [received, ("payment_applied", TODAY)]


def test_a_top_up_lands_when_its_invoice_is_there_and_its_money_came() -> None:
    topped = 'apply_to={"top":1000} amount=1000'
    assert booked(after("sold", f"{EARLY} {topped}"))[-1] == ("top_up_landed", TODAY)
    assert booked(after("sold", f"{AHEAD} {topped}"))[-1] == ("top_up_landed", APRIL_20)
    half = 'pay payment_id=half apply_to={"top":500} amount=500'
    world = after("sold", f"{half} received_at=2026-04-20T12:00:00Z", f"pay {topped}")
    assert booked(world)[-1] == ("top_up_landed", APRIL_20)


def test_documents_are_of_the_customers_day_and_entries_of_the_tenants() -> None:
    """Eleven in the evening in Los Angeles is the evening of the next day in Auckland."""
    world = new_world(timezone="America/Los_Angeles")
    world.at = datetime(2026, 3, 11, 6, tzinfo=UTC)
    after("customer customer_id=c1 timezone=Pacific/Auckland", "billed", world=world)
    assert booked(world) == [("finalized", TODAY)]
    assert world.the(Invoice, "inv").issue_date == date(2026, 3, 11)
    after("credit", world=world)
    assert {day for _, day in booked(world)} == {TODAY}
    assert world.the(CreditNote, "note").issue_date == date(2026, 3, 11)


@pytest.mark.parametrize("asked", ["void", "void credit=600", "credit", "write_off"])
def test_nothing_is_dated_before_its_invoice(asked: str) -> None:
    assert first_possible(after("billed"), f"{asked} dated=2025-03-10") == "2026-03-10"
    assert after("billed", f"{asked} dated=2026-03-10").all(Entry)


def test_a_void_is_not_dated_before_the_payment_that_it_undoes() -> None:
    paid = ("draft", ISSUED, "pay received_at=2026-03-05T12:00:00Z")
    assert first_possible(after(*paid), "void dated=2026-03-04") == "2026-03-05"
    world = after(*paid, "void dated=2026-03-05 refund=1200")
    assert {day for _, day in booked(world)} == {date(2026, 3, 5)}


def test_a_refund_is_not_dated_before_its_money() -> None:
    paid = ("draft", ISSUED, "pay received_at=2026-03-05T12:00:00Z")
    assert first_possible(after(*paid), "credit credit=0 refund=600 dated=2026-03-04") == (
        "2026-03-05"
    )
    assert after(*paid, "credit credit=600 dated=2026-03-04").all(Entry)


def test_a_void_of_the_invoices_day_refunds_money_on_the_day_that_it_came() -> None:
    world = new_world(Settings(void_dated=VoidDated.INVOICE))
    paid = ("draft", ISSUED, "pay received_at=2026-03-05T12:00:00Z")
    after(*paid, "void refund=1200", world=world)
    assert booked(world) == [
        ("~finalized", date(2026, 3, 1)),
        ("~payment_applied", date(2026, 3, 5)),
        ("void_settled", date(2026, 3, 5)),
    ]


@pytest.mark.parametrize(
    ("ahead", "undo", "last"),
    [
        ("write_off dated=2026-04-20", "unwrite", "~written_off"),
        ("write_off dated=2026-04-20", "void", "~written_off"),
        (AHEAD, "remove", "~payment_applied"),
        (AHEAD, "report state=failed", "payment_reversed"),
        (AHEAD, "void", "~payment_applied"),
        (AHEAD, "void refund=1200", "void_settled"),
    ],
)
def test_what_is_dated_ahead_is_undone_on_its_own_day(ahead: str, undo: str, last: str) -> None:
    assert booked(after("billed", ahead, undo))[-1] == (last, APRIL_20)


def test_a_refund_of_a_note_dated_ahead_is_settled_on_its_day() -> None:
    noted = "credit credit=0 refund=600 dated=2026-04-20"
    world = after("paid", noted, "annotate_note refund_status=settled")
    assert booked(world) == [("refund_settled", APRIL_20)]
    after("annotate_note refund_status=failed", world=world)
    assert booked(world) == [("~refund_settled", APRIL_20)]


def test_a_void_of_an_invoice_dated_ahead_is_of_its_day() -> None:
    world = after("draft", "finalize issue_date=2026-04-20", "void")
    assert booked(world) == [("~finalized", APRIL_20)]


def test_credit_is_not_used_before_it_is_there() -> None:
    """An invoice dated back is settled on the day from which the credit can be used."""
    for credit, applied in (
        ("standalone dated=2026-03-05", '{"notes":true}'),
        ("spare received_at=2026-03-05T12:00:00Z", '{"excess":true}'),
    ):
        world = after(credit, "draft", f"{ISSUED} apply={applied}")
        assert [day for _, day in booked(world)] == [date(2026, 3, 1), date(2026, 3, 5)]
    world = after("wallet", "grant", "draft", f"{ISSUED} apply=@wallet")
    assert [day for _, day in booked(world)] == [date(2026, 3, 1), TODAY]


def test_freed_money_is_used_from_the_day_that_it_was_freed() -> None:
    world = after("draft", ISSUED, "pay received_at=2026-03-05T12:00:00Z", "remove")
    after("draft for=two lines=@two", f'{ISSUED} for=two apply={{"excess":true}}', world=world)
    assert booked(world)[-1] == ("payment_applied", TODAY)


def test_held_money_is_free_from_the_day_that_it_was_held() -> None:
    paid = ("draft", ISSUED, "pay received_at=2026-03-05T12:00:00Z")
    world = after(*paid, "void dated=2026-03-20", "remove")
    after("draft for=two lines=@two", f'{ISSUED} for=two apply={{"excess":true}}', world=world)
    assert booked(world)[-1] == ("payment_applied", date(2026, 3, 20))


def test_a_refund_of_a_note_is_not_dated_before_the_money_that_backs_it() -> None:
    """The note is of today, but the money behind its credit came later and stays with it."""
    asked = "refund payment_id=null note_id=note amount=500"
    world = after("billed", "credit credit=600", f"{AHEAD} amount=600", "void", asked)
    assert booked(world) == [("refund_requested", APRIL_20)]
    after("report_refund", world=world)
    assert booked(world) == [("refund_settled", APRIL_20)]
