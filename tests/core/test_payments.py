"""Money that comes, goes back against our will, or is refunded, at its odd moments."""

import pytest

from core.asks import after, told
from core.postings import standing
from core.world import World
from polaris.core.facts.credit_note import CreditNote, Funding, NoteStatus
from polaris.core.facts.invoice import Invoice, Settlement
from polaris.core.facts.payment import Payment, PaymentState, Refund, RefundState


def behind(world: World) -> dict[str, int]:
    """What stands behind all credit, by kind."""
    sums: dict[str, int] = {}
    for row in world.all(Funding):
        sums[row.kind] = sums.get(row.kind, 0) + row.amount_minor
    return {kind: amount for kind, amount in sums.items() if amount}


# ---------------------------------------------------------------- going back against our will


def test_a_charged_back_payment_is_owed_again() -> None:
    world = after("paid", "report state=reversed")
    assert world.the(Invoice, "inv").outstanding_minor == 1200
    assert standing(world) == {"RECEIVABLE": 1200, "SALES": -1000, "TAX": -200}


def test_money_that_fails_after_it_came_is_money_that_went_back() -> None:
    world = after("paid", "report state=failed")
    assert world.the(Payment, "pay").state is PaymentState.REVERSED


def test_a_success_told_again_after_the_money_went_back_brings_nothing_in() -> None:
    world = after("paid", "report state=reversed")
    assert world.refused(told("report")) == ("state_not_possible",)
    assert "CASH" not in standing(world)


def test_a_reversal_told_before_the_success_wins() -> None:
    world = after("coming", "report state=reversed")
    assert world.refused(told("report")) == ("state_not_possible",)
    assert world.the(Payment, "pay").fee_minor == 0


def test_the_fee_stays_spent_when_the_money_goes_back() -> None:
    world = after("billed", "pay fee=30 provider=card", "report state=reversed fee=15")
    assert standing(world)["FEES"] == 30
    assert standing(world)["CLEARING"] == -30


def test_credit_behind_which_the_money_is_gone_counts_as_given() -> None:
    """On a live invoice the funding was only remembered: now nothing stands behind the note."""
    world = after("paid", "credit", "report state=reversed")
    assert behind(world) == {"grant": 600}
    assert world.refused(told("refund of=note amount=1")) == ("not_refundable",)


def test_money_handed_out_by_a_void_is_lost_when_it_goes_back() -> None:
    """Voided with credit out of the cash, then charged back: the credit stands, the loss is ours
    until the note is taken back."""
    world = after("paid", "void credit=1200", "report state=reversed")
    assert behind(world) == {"lost": 1200}
    assert standing(world) == {"BAD_DEBT": 1200, "NOTES": -1200}
    after("void_note of=void-note", world=world)
    assert standing(world) == {}


def test_a_refund_under_way_is_converted_after_the_money_went_back() -> None:
    """The credit is a loss, not money: it cannot be refunded again."""
    world = after("paid", "void refund=1200", "report state=reversed")
    refund = world.all(Refund)[0]
    world.perform(told(f"convert refund_id={refund.id}"))
    assert behind(world) == {"lost": 1200}
    assert world.refused(told("refund of=void-note amount=1")) == ("not_refundable",)


def test_held_money_that_goes_back_is_held_no_more() -> None:
    world = after("paid", "void", "report state=reversed")
    assert sum(row.held_minor for row in world.all(Settlement)) == 0
    assert standing(world) == {}
    assert world.refused(told("remove")) == ("not_applied",)


# ---------------------------------------------------------------- taking off


def test_a_removed_payment_can_settle_another_invoice() -> None:
    world = after("paid", "draft for=two lines=@two", "finalize for=two", "remove", "apply for=two")
    assert world.the(Invoice, "inv").outstanding_minor == 1200
    assert world.the(Invoice, "two").outstanding_minor == 600


def test_credit_loses_its_money_when_the_payment_is_removed() -> None:
    world = after("paid", "credit", "remove")
    assert behind(world) == {"grant": 600}


def test_money_meant_for_a_draft_or_a_closed_one_stays_unused() -> None:
    for so_far in ("draft", "draft; delete"):
        world = after(*so_far.split("; "), "pay")
        assert world.the(Payment, "pay").unused_minor == 1200


def test_nothing_is_held_for_nothing() -> None:
    assert after("billed", "void", 'pay apply_to={"inv":0}').all(Settlement) == []


# ---------------------------------------------------------------- refunds


def test_a_refund_comes_out_of_the_newest_provider_payment_and_manual_ones_last() -> None:
    world = after(
        "billed",
        "pay payment_id=hand amount=400 received_at=2026-03-09T00:00:00Z",
        "pay payment_id=old amount=400 provider=card received_at=2026-03-07T00:00:00Z",
        "pay payment_id=new amount=400 provider=card received_at=2026-03-08T00:00:00Z",
        "void refund=1000",
    )
    taken = [(row.payment_id, row.amount_minor) for row in world.all(Refund)]
    assert taken == [("new", 400), ("old", 400), ("hand", 200)]


def test_a_failed_refund_is_still_owed_and_still_counted() -> None:
    world = after("paid", "credit credit=0 refund=600")
    refund = world.all(Refund)[0].id
    after(f"report_refund refund_id={refund} state=failed", world=world)
    assert standing(world)["REFUNDS"] == -600
    void = told("void refund=601")
    assert world.refused(void) == ("refund_exceeds_cash", "credit_exceeds_invoice")


def test_a_refund_that_fails_late_comes_back_and_can_settle_again() -> None:
    world = after("spare", "refund", "report_refund", "report_refund state=failed")
    assert world.the(Refund, "refund").settled_at is None
    assert standing(world) == {"CASH": 1200, "REFUNDS": -100, "UNAPPLIED": -1100}
    after("report_refund", world=world)
    assert standing(world) == {"CASH": 1100, "UNAPPLIED": -1100}


@pytest.mark.parametrize(
    ("so_far", "note_id"),
    [
        (("paid", "credit", "refund of=note amount=600"), "note"),
        (("spare", "refund amount=600"), "converted"),
        (("paid", "void", "refund for=inv amount=600"), "converted"),
    ],
)
def test_a_converted_refund_is_credit_with_money_behind_it(
    so_far: tuple[str, ...], note_id: str
) -> None:
    """On the note that it was to pay out, else on a new one; and it can be refunded again."""
    world = after(*so_far, "convert")
    assert world.the(CreditNote, note_id).balance_minor == 600
    assert world.the(Refund, "refund").state is RefundState.CONVERTED
    after(
        f"refund refund_id=again of={note_id} amount=600",
        "report_refund refund_id=again",
        world=world,
    )
    assert standing(world)["CASH"] == 600


def test_a_notes_refund_part_becomes_its_credit() -> None:
    world = after("paid", "credit credit=0 refund=600")
    world.perform(told(f"convert refund_id={world.all(Refund)[0].id}"))
    note = world.the(CreditNote, "note")
    assert (note.refund_minor, note.credit_minor, note.balance_minor) == (0, 600, 600)


def test_a_voided_note_stands_again_when_its_refund_is_converted() -> None:
    world = after("paid", "credit credit=300 refund=300", "void_note")
    world.perform(told(f"convert refund_id={world.all(Refund)[0].id}"))
    note = world.the(CreditNote, "note")
    assert (note.status, note.balance_minor) == (NoteStatus.ISSUED, 300)


def test_a_converted_refunds_note_returns_the_money_when_it_is_voided() -> None:
    world = after("spare", "refund", "convert", "void_note of=converted")
    assert world.the(Payment, "pay").unused_minor == 1200
    world = after("paid", "void", "refund for=inv amount=600", "convert", "void_note of=converted")
    assert [row.held_minor for row in world.all(Settlement)] == [1200]
