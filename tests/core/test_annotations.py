"""What is said of invoices and notes: kept, overtaken by facts, booked where money moved."""

import pytest

from core.asks import after, told
from core.postings import booked, standing
from core.world import World
from polaris.core.facts.credit_note import CreditNote
from polaris.core.facts.event import EventKind
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.payment import Payment, Refund
from polaris.core.facts.wallet import Lot

# ---------------------------------------------------------------- invoices


def said(world: World, invoice_id: str = "inv") -> str | None:
    """What is said of an invoice's payment."""
    return world.the(Invoice, invoice_id).payment_status_asserted


def test_details_are_merged_key_by_key_and_nothing_unsaid_changes() -> None:
    world = after("draft", 'annotate details={"x":{"a":1,"b":2}}', "annotate payment_status=failed")
    after("finalize", 'annotate details={"x":{"b":null}}', world=world)
    invoice = world.the(Invoice, "inv")
    assert (invoice.details, said(world)) == ({"x": {"a": 1, "b": None}}, "failed")


def test_it_is_told_and_books_nothing() -> None:
    world = after("billed")
    decision = world.perform(told("annotate payment_status=succeeded"))
    assert [event.kind for event in decision.events] == [EventKind.INVOICE_ANNOTATED]
    assert booked("billed", "annotate payment_status=succeeded") == []
    assert world.the(Invoice, "inv").outstanding_minor == 1200


OVERTAKEN = {
    "pay": None,
    "pay amount=600": "failed",
    "credit offset=600 credit=0": "failed",
    "credit lines=@all offset=1200 credit=0": None,
    "void": "failed",
}


@pytest.mark.parametrize("command", OVERTAKEN)
def test_what_was_said_holds_until_nothing_is_outstanding(command: str) -> None:
    world = after("billed", "annotate payment_status=failed", command)
    assert said(world) == OVERTAKEN[command]


def test_what_is_said_of_a_settled_invoice_stays() -> None:
    assert said(after("paid", "annotate payment_status=pending")) == "pending"


# ---------------------------------------------------------------- top-ups

SUCCEEDED = "annotate for=top payment_status=succeeded"


def test_credits_said_to_be_paid_land_without_money() -> None:
    assert booked("sold", SUCCEEDED) == ["UNEARNED WALLETS 1000"]
    assert booked("wallet", "buy", SUCCEEDED) == ["UNEARNED WALLETS 500"]
    for other in ("pending", "failed"):
        assert booked("sold", f"annotate for=top payment_status={other}") == []


PAID = 'pay amount=1000 apply_to={"top":1000}'
OFFSET = "credit for=top lines=@of_top credit=0 offset=300"

LANDED = """
    done                                    | leaves
    sold; SAID                              | RECEIVABLE 1000 WALLETS -1000
    sold; SAID; SAID                        | RECEIVABLE 1000 WALLETS -1000
    sold; SAID; PAID                        | CASH 1000 WALLETS -1000
    sold; SAID; PAID; SAID                  | CASH 1000 WALLETS -1000
    landed; SAID                            | CASH 1000 WALLETS -1000
    sold; undo; SAID                        |
    sold; SAID; undo                        |
    sold; SAID; undo; SAID                  |
    sold; SAID; undo top_up=revoke          |
    sold; SAID; undo top_up=keep            | WALLETS -1000 KEPT 1000
    sold; SAID; DENIED                      | RECEIVABLE 1000 UNEARNED -1000
    sold; SAID; write_off for=top           | BAD_DEBT 1000 UNEARNED -1000
    sold; SAID; PAID; undo                  | CASH 1000 WALLETS -1000
    sold; SAID; PAID; undo top_up=revoke    | CASH 1000 UNAPPLIED -1000
    sold; SAID; undo; PAID                  | CASH 1000 UNAPPLIED -1000
    sold; OFFSET; SAID                      | RECEIVABLE 700 WALLETS -700
    sold; OFFSET; SAID; void_note; SAID     | RECEIVABLE 1000 WALLETS -1000
    sold; OFFSET; SAID; void_note; undo     |
    sold; SAID; OFFSET                      | RECEIVABLE 700 WALLETS -700
    sold; SAID; OFFSET; void_note; PAID     | CASH 1000 WALLETS -1000
    sold; SAID; OFFSET; undo top_up=keep    | WALLETS -1000 KEPT 1000
"""
DENIED = "annotate for=top payment_status=failed"
STEPS = {"SAID": SUCCEEDED, "DENIED": DENIED, "PAID": PAID, "OFFSET": OFFSET}


@pytest.mark.parametrize("row", LANDED.strip().splitlines()[1:])
def test_they_land_once_whatever_comes_later(row: str) -> None:
    done, leaves = (cell.strip() for cell in row.split("|"))
    named = (step.strip() for step in done.split(";"))
    world = after(*(STEPS.get(step, step) for step in named))
    words = leaves.split()
    expected = {name: int(words[at + 1]) for at, name in enumerate(words) if at % 2 == 0}
    assert standing(world) == expected
    assert len(world.all(Lot)) <= 1


def test_a_draft_has_sold_nothing_yet() -> None:
    assert booked("wallet", "draft for=top kind=top_up lines=@sold", SUCCEEDED) == []


# ---------------------------------------------------------------- disputes and collection


def test_a_lost_dispute_is_remembered_with_its_first_day() -> None:
    world = after("paid", "lose")
    lost_at = world.the(Invoice, "inv").dispute_lost_at
    assert lost_at == world.at
    assert booked("paid", "lose") == []
    world.wait(days=1)
    assert world.refused(told("lose")) == ("already_disputed",)
    after("void", world=world)
    assert world.the(Invoice, "inv").dispute_lost_at == lost_at


def test_collecting_fails_aloud_and_changes_nothing() -> None:
    world = after("billed")
    before = world.rows()
    decision = world.perform(told("collect"))
    assert [(event.kind, event.subject_id) for event in decision.events] == [
        (EventKind.INVOICE_COLLECTION_FAILED, "inv")
    ]
    assert world.rows() == before


# ---------------------------------------------------------------- credit notes


def test_a_notes_details_are_merged() -> None:
    world = after("billed", 'credit details={"x":{"a":1}}', 'annotate_note details={"x":{"b":2}}')
    assert world.the(CreditNote, "note").details == {"x": {"a": 1, "b": 2}}
    after(
        'annotate_note details={"x":{"a":null}}', "annotate_note refund_status=failed", world=world
    )
    note = world.the(CreditNote, "note")
    assert (note.details, note.refund_status_asserted) == ({"x": {"a": None, "b": 2}}, "failed")


REFUND = "credit credit=0 refund=600"
TWO = ('pay payment_id=one amount=300 apply_to={"inv":300}', "pay amount=900", REFUND)

REPORTED = """
    so far                  | said                              | refunds         | leaves
    ONE                     | annotate_note                     | requested       | REFUNDS -600
    ONE                     | annotate_note refund_status=pending | pending       | REFUNDS -600
    ONE                     | annotate_note refund_status=settled | settled       | CASH -600
    ONE; SETTLED            | annotate_note refund_status=settled | settled       | CASH -600
    ONE; SETTLED            | annotate_note refund_status=pending | settled       | CASH -600
    ONE; SETTLED            | annotate_note refund_status=failed  | failed        | REFUNDS -600
    ONE; SETTLED; FAILED    | annotate_note refund_status=settled | settled       | CASH -600
    ONE; FAILED             | annotate_note refund_status=pending | failed        | REFUNDS -600
    ONE; CONVERTED          | annotate_note refund_status=settled | converted     | NOTES -600
    ONE; void               | annotate_note refund_status=settled | settled       | CASH -600
    TWO                     | annotate_note refund_status=settled | settled settled | CASH -600
    PAID_OUT                | annotate_note refund_status=settled | settled       | CASH -100
    PAID_OUT; void_note     | annotate_note refund_status=settled | settled       | CASH -100
"""
SO_FAR = {
    "ONE": ("paid", REFUND),
    "TWO": ("billed", *TWO),
    "PAID_OUT": ("paid_out",),
    "SETTLED": ("annotate_note refund_status=settled",),
    "FAILED": ("annotate_note refund_status=failed",),
    "CONVERTED": ("convert refund_id=REFUND",),
}


def refunds(world: World) -> list[Refund]:
    """The refunds of the note."""
    return [row for row in world.all(Refund) if row.note_id == "note"]


def made(so_far: str) -> World:
    """The world of a row."""
    world = after()
    for step in (step.strip() for step in so_far.split(";")):
        for one in SO_FAR.get(step, (step,)):
            known = refunds(world)
            after(one.replace("REFUND", known[0].id if known else ""), world=world)
    return world


@pytest.mark.parametrize("row", REPORTED.strip().splitlines()[1:])
def test_what_is_said_of_a_notes_refund_happened_to_its_refunds(row: str) -> None:
    so_far, command, states, leaves = (cell.strip() for cell in row.split("|"))
    world = made(so_far)
    received = sum(one.amount_minor for one in world.all(Payment))
    after(command, world=world)
    assert " ".join(one.state for one in refunds(world)) == states
    account, amount = leaves.split()
    stands = standing(world)
    stands["CASH"] = stands.get("CASH", 0) - received
    assert stands[account] == int(amount)


def test_each_refund_that_moves_is_told() -> None:
    world = made("TWO")
    decision = world.perform(told("annotate_note refund_status=settled"))
    assert [event.kind for event in decision.events] == [
        EventKind.CREDIT_NOTE_ANNOTATED,
        EventKind.REFUND_SETTLED,
        EventKind.REFUND_SETTLED,
    ]


def test_what_was_said_of_a_refund_holds_until_its_provider_reports() -> None:
    world = made("ONE; SETTLED")
    assert world.the(CreditNote, "note").refund_status_asserted == "settled"
    (refund,) = refunds(world)
    after(f"report_refund refund_id={refund.id} state=failed", world=world)
    assert world.the(CreditNote, "note").refund_status_asserted is None
