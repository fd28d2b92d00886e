"""Facts as they were after an event, read after many later changes."""

from copy import deepcopy
from datetime import timedelta

import pytest
from msgspec.structs import asdict, replace

from core.asks import new_world
from delivery.stored import chapters, step
from polaris.core.facts.catalogue import TaxCode
from polaris.core.facts.credit_note import CreditNote, NoteStatus
from polaris.core.facts.customer import Customer
from polaris.core.facts.event import Event, EventKind
from polaris.core.facts.invoice import Invoice, Settlement, Status, WriteOff
from polaris.core.facts.payment import Payment, Refund, RefundState
from polaris.core.facts.row import Row
from polaris.core.facts.wallet import Lot, Wallet
from polaris.delivery.as_of import PastView, facts_after, facts_before
from polaris.delivery.images import image_before

STORIES = [
    "billed; pay amount=600; write_off amount=100; unwrite; void; regenerate; finalize for=again",
    'paid; report state=failed; void; annotate details={"lago":{"a":1}}',
    "partly; remove; void; regenerate",
    "billed; write_off amount=100; pay amount=100; unwrite; wallet",
    "paid; credit; lose; void_note; standalone",
    "paid_out; lose; report_refund",
    "billed; pay; credit; void_note; void; regenerate",
    "billed; credit credit=0 offset=600; void_note; pay; void",
    "wallet; grant; issue apply=@wallet; restore; grant lot_id=more; pay; void",
    "landed; draft; finalize apply=@wallet; void; terminate",
    "paid; credit; draft for=two lines=@two; finalize for=two; apply_note for=two;"
    " remove_note for=two",
    "coming; report; lose; report state=failed; void",
    "paid_out; report_refund; void; regenerate",
]

UNKNOWN: dict[type[Row], set[str]] = {
    Settlement: {"held_minor"},
    CreditNote: {"balance_minor"},
    Invoice: {"payment_status_asserted", "issue_date", "details", "regenerated_as"},
    Payment: {"unused_minor", "state", "fee_minor", "reference", "received_at"},
    Refund: {"state", "entry_id", "reference"},
    Lot: {"left_minor", "amount_minor", "entry_id"},
    WriteOff: set(),
    Wallet: set(),
}
"""The compared kinds of rows, and the fields whose past values cannot be restored."""


def restorable_fields(row: Row) -> dict[str, object]:
    """Return the fields of a row whose past values can be restored."""
    unknown = UNKNOWN[type(row)] | {"version"}
    return {name: value for name, value in asdict(row).items() if name not in unknown}


@pytest.mark.parametrize("story", STORIES)
def test_neighbours_are_as_the_event_left_them(story: str) -> None:
    """Compare with a copy of all rows that was made right after the event."""
    world = new_world()
    lived = list(chapters(world, story))
    assert len(lived) > 3
    for event, rows in lived:
        decision = PastView(world.facts, event).decision
        for kind in UNKNOWN:
            then = {row.id: restorable_fields(row) for row in decision.every(kind)}
            expected = {row.id: restorable_fields(row) for row in rows.get(kind, {}).values()}
            then.pop(event.subject_id, None)
            expected.pop(event.subject_id, None)
            assert then == expected, (event.kind, kind)


def test_a_repeated_request_sees_what_the_first_one_saw() -> None:
    """Before its commands and after them, with the first later event about each row."""
    world = new_world()
    step(world, "wallet", "tax")
    before = world.rows()
    events = step(world, "change_wallet name=Mine")
    after = world.rows()
    changes = step(world, "change_wallet name=Later", "tax rate=7", "untax", "terminate")
    changes += step(world, "tax tax_code_id=new", "delete_customer")
    later = list({(one.subject, one.subject_id): one for one in reversed(changes)}.values())
    for then, facts in (
        (before, facts_before(world.facts, events, later)),
        (after, facts_after(world.facts, events, later)),
    ):
        for kind in (Wallet, TaxCode, Customer):
            assert facts.tables[kind] == then[kind], kind


def only(events: list[Event], kind: EventKind) -> Event:
    """Return the only event of a kind."""
    (event,) = [event for event in events if event.kind is kind]
    return event


def test_a_void_tells_what_was_due_before_and_after_it() -> None:
    """Only the event knows this: later the payment was reversed and the invoice replaced."""
    world = new_world()
    step(world, "partly")
    event = only(step(world, "void"), EventKind.INVOICE_VOIDED)
    step(
        world,
        "report state=failed",
        'annotate details={"lago":{"a":1}}',
        "regenerate",
        "finalize for=again",
    )
    invoice = PastView(world.facts, event).the(Invoice, "inv")
    assert (invoice.status, invoice.total_minor) == (Status.VOIDED, 1200)
    assert (invoice.paid_at_void_minor, invoice.outstanding_at_void_minor) == (600, 600)
    assert (invoice.outstanding_minor, invoice.details, invoice.regenerated_as) == (0, {}, None)
    before = image_before(event, Invoice)
    assert before is not None
    assert (before.status, before.outstanding_minor) == (Status.FINALIZED, 600)


def test_a_new_invoice_is_told_after_the_credit_that_its_own_request_applied() -> None:
    world = new_world()
    step(world, "wallet", "grant")
    event = only(step(world, "issue apply=@wallet"), EventKind.INVOICE_FINALIZED)
    step(world, "pay", "void")
    invoice = PastView(world.facts, event).the(Invoice, "inv")
    assert event.after["outstanding_minor"] == 1200
    assert (invoice.outstanding_minor, invoice.paid_minor) == (900, 0)


def test_what_settled_an_invoice_whole_at_once_ends_what_was_said_of_its_payment() -> None:
    world = new_world()
    step(world, "wallet", "grant amount=5000", "draft", "annotate payment_status=failed")
    event = only(step(world, "finalize apply=@wallet"), EventKind.INVOICE_FINALIZED)
    invoice = PastView(world.facts, event).the(Invoice, "inv")
    assert (invoice.outstanding_minor, invoice.payment_status_asserted) == (0, None)
    assert invoice == world.the(Invoice, "inv")


def test_a_row_that_is_named_is_found_though_its_time_is_later() -> None:
    """Requests made at almost the same time can be decided in a different order."""
    world = new_world()
    step(world, "billed")
    world.wait(minutes=-5)
    event = only(step(world, "pay amount=100"), EventKind.PAYMENT_RECEIVED)
    view = PastView(world.facts, event)
    assert view.the(Invoice, "inv").id == "inv"
    assert view.of(Settlement, "source_id", "pay") != []


def test_a_refund_that_was_settled_since_is_still_requested() -> None:
    world = new_world()
    event = step(world, "paid_out")[-1]
    step(world, "report_refund reference=bank")
    refund = PastView(world.facts, event).the(Refund, "refund")
    assert (refund.state, refund.settled_at) == (RefundState.REQUESTED, None)


def test_a_credit_note_that_was_voided_since_has_what_the_voiding_took() -> None:
    world = new_world()
    step(world, "paid", "credit")
    event = step(world, "lose")[-1]
    step(world, "void_note")
    note = PastView(world.facts, event).the(CreditNote, "note")
    assert (note.status, note.balance_minor, note.voided_minor) == (NoteStatus.ISSUED, 600, 0)


def test_an_invoice_that_was_sent_and_hidden_since_is_neither() -> None:
    world = new_world()
    event = step(world, "paid")[-1]
    later = event.at + timedelta(minutes=1)
    invoice = world.the(Invoice, "inv")
    world.facts.add([replace(invoice, sent_at=later, hidden_at=later)])
    assert event.subject != Invoice.table
    shown = PastView(world.facts, event).the(Invoice, "inv")
    assert (shown.sent_at, shown.hidden_at) == (None, None)


def test_the_day_is_that_of_the_event() -> None:
    world = new_world()
    event = step(world, "billed")[-1]
    world.wait(days=3)
    step(world, "pay")
    assert PastView(world.facts, event).today() == event.at.date()


def test_a_customer_beside_the_subject_is_as_of_now() -> None:
    """Neither its row nor an invoice's event stores its former name."""
    world = new_world()
    event = step(world, "billed")[-1]
    step(world, "customer customer_id=c1 external_id=x1 name=Ada")
    assert PastView(world.facts, event).the(Customer, "c1").name == "Ada"


@pytest.mark.parametrize(("story", "kind"), [("billed", Invoice), ("paid; credit", CreditNote)])
def test_an_issued_subject_shows_its_own_parties(
    story: str, kind: type[Invoice] | type[CreditNote]
) -> None:
    """The image has none; the stored row has kept them."""
    world = new_world()
    event = step(world, *story.split("; "))[-1]
    kept = world.the(kind, event.subject_id).parties
    step(world, "customer customer_id=c1 external_id=x1 name=Ada", "tenant name=New")
    view = PastView(world.facts, event)
    assert kept
    assert view.parties(view.the(kind, event.subject_id)) is kept


def test_a_draft_that_was_finalized_since_shows_the_customer_of_today() -> None:
    """So does every answer about a draft."""
    world = new_world()
    event = step(world, "draft")[-1]
    step(world, "finalize", "customer customer_id=c1 external_id=x1 name=Ada")
    view = PastView(world.facts, event)
    assert view.parties(view.the(Invoice, "inv")).buyer.name == "Ada"


def test_shared_facts_stay_as_they_are() -> None:
    world = new_world()
    event = step(world, "billed")[-1]
    step(world, "pay", "void")
    rows = deepcopy(world.rows())
    assert PastView(world.facts, event).the(Invoice, "inv").status is Status.FINALIZED
    assert world.rows() == rows
