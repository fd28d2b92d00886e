"""Which day things belong to: zones, closed books, the first open day."""

from datetime import UTC, date, datetime

from core.asks import after, new_world, told
from core.world import World
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.tenant import Settings, VoidDated
from polaris.core.ledger.posting import Entry

MARCH_1 = date(2026, 3, 1)
TODAY = date(2026, 3, 10)


def days(world: World) -> list[date]:
    """The accounting dates of the last command's entries."""
    entries = world.all(Entry)
    return [row.accounting_date for row in entries if row.command_id == entries[-1].command_id]


def test_an_invoice_is_dated_as_asked_else_as_drafted_else_today() -> None:
    for draft, finalize, day in (
        ("draft", "finalize", TODAY),
        ("draft issue_date=2026-03-05", "finalize", date(2026, 3, 5)),
        ("draft issue_date=2026-03-05", "finalize issue_date=2026-03-06", date(2026, 3, 6)),
    ):
        world = after(draft, finalize)
        assert world.the(Invoice, "inv").issue_date == day
        assert days(world) == [day]


def test_the_due_date_is_the_issue_date_and_the_term() -> None:
    world = after("draft payment_term_days=30", "finalize issue_date=2026-03-05")
    assert world.the(Invoice, "inv").due_date == date(2026, 4, 4)


def test_documents_follow_the_customers_zone_and_entries_the_tenants() -> None:
    """Half past ten in the evening in London is the next morning in Tokyo."""
    world = new_world(timezone="Europe/London")
    world.at = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)
    after("customer customer_id=c1 timezone=Asia/Tokyo", "billed", world=world)
    assert world.the(Invoice, "inv").issue_date == date(2026, 3, 11)
    assert days(world) == [TODAY]
    after("credit", world=world)
    assert world.the(CreditNote, "note").issue_date == date(2026, 3, 11)
    assert set(days(world)) == {TODAY}
    after("void", world=world)
    assert set(days(world)) == {TODAY}


def test_a_void_follows_the_tenants_zone() -> None:
    world = new_world(timezone="Asia/Tokyo")
    after("billed", world=world)
    world.at = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)
    after("void", world=world)
    assert days(world) == [date(2026, 3, 11)]


def test_a_recorded_invoice_is_of_the_customers_day_too() -> None:
    world = new_world()
    world.at = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)
    after("customer customer_id=c1 timezone=Asia/Tokyo", "record", world=world)
    assert world.the(Invoice, "inv").issue_date == date(2026, 3, 11)


def test_a_void_is_dated_as_asked() -> None:
    asked = "void dated=2026-03-12 credit=1200"
    assert days(after("paid", asked)) == [date(2026, 3, 12)] * 3


def test_a_void_may_be_of_the_invoices_day_by_setting() -> None:
    world = new_world(Settings(void_dated=VoidDated.INVOICE))
    after("draft", "finalize issue_date=2026-03-05", "void", world=world)
    assert days(world) == [date(2026, 3, 5)]


def test_a_void_of_a_closed_period_is_booked_on_the_first_open_day() -> None:
    world = new_world(Settings(void_dated=VoidDated.INVOICE))
    after("draft", "finalize issue_date=2026-02-10", "close", "void", world=world)
    assert days(world) == [MARCH_1]


def test_a_void_is_not_dated_into_a_closed_period() -> None:
    world = after("draft", "finalize issue_date=2026-02-10", "close")
    assert world.refused(told("void dated=2026-02-11")) == ("period_closed",)


def test_a_voids_note_is_dated_with_its_entries() -> None:
    world = new_world(Settings(void_dated=VoidDated.INVOICE))
    after("draft", "finalize issue_date=2026-02-10", "close", "void credit=1200", world=world)
    assert world.the(CreditNote, "void-note").issue_date == MARCH_1


def test_a_voids_note_is_of_the_customers_day_and_its_entries_of_the_tenants() -> None:
    world = new_world(timezone="Europe/London")
    after("customer customer_id=c1 timezone=Asia/Tokyo", "billed", world=world)
    world.at = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)
    after("void credit=1200", world=world)
    assert world.the(CreditNote, "void-note").issue_date == date(2026, 3, 11)
    assert set(days(world)) == {date(2026, 3, 10)}


def test_money_of_a_closed_period_is_never_refused() -> None:
    """A document dated into a closed period is refused; money is booked on the first open day."""
    world = after("draft", "finalize issue_date=2026-02-01", "close")
    after("pay amount=900 received_at=2026-02-10T12:00:00Z fee=3", world=world)
    assert days(world) == [MARCH_1] * 2
    assert world.refused(told("write_off dated=2026-02-11")) == ("period_closed",)


def test_money_is_of_the_day_it_came_in_the_tenants_zone() -> None:
    world = new_world(timezone="America/New_York")
    issued = "finalize issue_date=2026-03-01"
    after("draft", issued, "pay received_at=2026-03-09T02:00:00Z", world=world)
    assert days(world) == [date(2026, 3, 8)] * 2


def test_a_note_may_be_dated_back_within_the_open_period() -> None:
    world = after("draft", "finalize issue_date=2026-03-01", "credit dated=2026-03-04")
    assert days(world) == [date(2026, 3, 4)] * 2
    assert world.the(CreditNote, "note").issue_date == date(2026, 3, 4)


def test_reopened_books_take_entries_again() -> None:
    world = after("draft", "close", "reopen through=2026-01-31", "finalize issue_date=2026-02-10")
    assert days(world) == [date(2026, 2, 10)]
    assert world.refused(told("draft for=two lines=@two")) == ()
    refused = world.refused(told("finalize for=two issue_date=2026-01-31"))
    assert refused == ("period_closed",)


def test_a_day_that_we_choose_is_open() -> None:
    """The tenant's books are closed through yesterday, which the customer's zone calls today."""
    world = new_world(timezone="Asia/Tokyo")
    world.at = datetime(2026, 3, 10, 22, tzinfo=UTC)
    after(
        "customer customer_id=c1 timezone=America/New_York", "close through=2026-03-10", world=world
    )
    after("billed", "record for=two lines=@two", world=world)
    assert world.the(Invoice, "inv").issue_date == date(2026, 3, 11)
    assert world.the(Invoice, "two").issue_date == date(2026, 3, 11)


def test_money_that_was_on_its_way_is_of_the_day_it_came() -> None:
    world = after("billed", "pay state=in_progress received_at=2026-03-02T12:00:00Z", "report")
    assert days(world) == [TODAY, TODAY]
    told_when = "report received_at=2026-03-06T12:00:00Z"
    assert days(after("coming", told_when)) == [date(2026, 3, 6), TODAY]
