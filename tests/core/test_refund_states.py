"""Refunds that are being sent, and money that goes back or arrives without a request."""

from core.asks import after
from core.postings import standing
from core.world import World
from polaris.core.facts.invoice import Settlement
from polaris.core.facts.payment import Payment, Refund, RefundState
from polaris.core.facts.task import Task, TaskKind


def open_tasks(world: World) -> list[tuple[TaskKind, int | None]]:
    """Return the kinds and amounts of the open tasks, in order."""
    rows = world.all(Task)
    return [(row.kind, row.amount_minor) for row in rows if row.resolved_at is None]


def test_a_refund_that_is_sent_books_nothing() -> None:
    world = after("sending")
    assert standing(world) == {"CASH": 1300, "SALES": -1000, "TAX": -200, "REFUNDS": -100}
    assert world.the(Refund, "refund").state is RefundState.SENT
    assert open_tasks(world) == []


def test_an_unclear_answer_is_a_task_until_it_is_clear() -> None:
    world = after("sending", "report_refund state=unknown failure=timeout")
    assert world.the(Refund, "refund").failure == "timeout"
    assert open_tasks(world) == [(TaskKind.REFUND_UNKNOWN, 100)]
    after("report_refund reference=re_1", world=world)
    refund = world.the(Refund, "refund")
    assert (refund.state, refund.failure, refund.reference) == (RefundState.SETTLED, None, "re_1")
    assert open_tasks(world) == []


def test_an_unclear_refund_that_fails_has_one_task() -> None:
    world = after("unclear", "report_refund state=failed failure=closed")
    assert open_tasks(world) == [(TaskKind.REFUND_FAILED, 100)]
    assert world.the(Refund, "refund").failure == "closed"


def test_a_recorded_refund_takes_unused_money() -> None:
    world = after("billed", "pay amount=1300", "record_refund reference=re_9")
    refund = world.the(Refund, "refund")
    assert (refund.state, refund.reference, refund.invoice_id) == ("settled", "re_9", None)
    assert world.the(Payment, "pay").unused_minor == 0
    assert open_tasks(world) == []
    assert standing(world)["CASH"] == 1200


def test_a_recorded_refund_takes_money_that_a_voided_invoice_holds() -> None:
    world = after("billed", "pay", "void", "record_refund amount=500 state=pending")
    refund = world.the(Refund, "refund")
    assert (refund.state, refund.invoice_id) == (RefundState.PENDING, "inv")
    assert [row.held_minor for row in world.all(Settlement)] == [700]
    assert standing(world) == {"CASH": 1200, "REFUNDS": -500, "UNAPPLIED": -700}


def test_a_recorded_refund_of_money_in_use_only_opens_a_task() -> None:
    world = after("billed", "pay", "record_refund amount=500")
    assert world.all(Refund) == []
    assert open_tasks(world) == [(TaskKind.REFUND_NOT_REQUESTED, 500)]
    assert standing(world)["CASH"] == 1200


def test_money_for_a_voided_invoice_opens_a_task_with_the_held_amount() -> None:
    world = after("billed", "void", 'pay amount=1500 apply_to={"inv":1200}')
    assert [row.held_minor for row in world.all(Settlement)] == [1200]
    assert world.the(Payment, "pay").unused_minor == 300
    assert open_tasks(world) == [(TaskKind.MONEY_HELD, 1200)]
