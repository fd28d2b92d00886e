"""What is said of invoices: kept, overtaken by facts, and booked only for top-ups."""

import pytest

from core.asks import after, told
from core.postings import booked, standing
from core.world import World
from polaris.core.customer import Lot
from polaris.core.events import EventKind
from polaris.core.invoice import Invoice

# ---------------------------------------------------------------- invoices


def said(world: World, invoice_id: str = "inv") -> str | None:
    """What is said of an invoice's payment."""
    return world.the(Invoice, invoice_id).payment_status_asserted


def test_details_are_merged_key_by_key_and_nothing_unsaid_changes() -> None:
    world = after("draft", 'annotate details={"a":1,"b":2}', "annotate payment_status=failed")
    after("finalize", 'annotate details={"b":null}', world=world)
    invoice = world.the(Invoice, "inv")
    assert (invoice.details, said(world)) == ({"a": 1, "b": None}, "failed")


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
    sold; SAID; undo                        | WALLETS -1000 GRANTED 1000
    sold; SAID; undo; SAID                  | WALLETS -1000 GRANTED 1000
    sold; SAID; undo top_up=revoke          |
    sold; SAID; PAID; undo                  | CASH 1000 WALLETS -1000
    sold; SAID; PAID; undo top_up=revoke    | CASH 1000 UNAPPLIED -1000
    sold; SAID; undo; PAID                  | CASH 1000 UNAPPLIED -1000 WALLETS -1000 GRANTED 1000
    sold; OFFSET; SAID                      | RECEIVABLE 700 WALLETS -700
    sold; OFFSET; SAID; void_note; SAID     | RECEIVABLE 1000 WALLETS -1000
    sold; OFFSET; SAID; void_note; undo     | WALLETS -700 GRANTED 700
    sold; SAID; OFFSET                      | RECEIVABLE 700 WALLETS -700
    sold; SAID; OFFSET; void_note; PAID     | CASH 1000 WALLETS -1000
    sold; SAID; OFFSET; undo                | WALLETS -1000 GRANTED 1000
"""
STEPS = {"SAID": SUCCEEDED, "PAID": PAID, "OFFSET": OFFSET}


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
